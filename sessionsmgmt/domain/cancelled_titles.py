"""Recognises the titles of cancelled events.

Outlook and some other programs keep a cancelled meeting as a confirmed event. They put their word for "cancelled" and a
colon in front of its title, in the language of the person who cancels it.
"""

from __future__ import annotations

from functools import lru_cache

from sessionsmgmt.domain.text import comparable

_WORDS = (
    *("Canceled", "Cancelled", "Canceled event", "Cancelled event"),  # English
    *("Annulé", "Annulée", "Annulés", "Annulées"),  # French
    *("Abgesagt", "Abgebrochen", "Storniert"),  # German
    *("Cancelado", "Cancelada", "Anulado", "Anulada"),  # Spanish, Portuguese and Galician
    *("Annullato", "Annullata", "Cancellato", "Cancellata"),  # Italian
    *("Geannuleerd", "Afgelast"),  # Dutch
    *("Inställt", "Inställd", "Avbokat", "Avlyst", "Aflyst", "Kansellert", "Annulleret"),  # Swedish, Norwegian, Danish
    *("Peruutettu", "Peruttu", "Tühistatud", "Atcelts", "Atšaukta"),  # Finnish, Estonian, Latvian, Lithuanian
    *("Odwołane", "Odwołano", "Anulowane", "Anulowano"),  # Polish
    *("Zrušeno", "Zrušené", "Odpovedano", "Preklicano", "Otkazano"),  # Czech, Slovak, Slovenian, Croatian, Serbian
    *("Lemondva", "Törölve", "Anulat", "Anulată", "İptal edildi", "İptal"),  # Hungarian, Romanian, Turkish
    *("Отменено", "Отменена", "Отменен", "Отменён", "Скасовано", "Отказано"),  # Russian, Ukrainian, Serbian
    *("Ακυρώθηκε", "Cancel·lat", "Cancel·lada", "Bertan behera utzita"),  # Greek, Catalan, Basque
    *("キャンセル済み", "キャンセル", "已取消", "취소됨", "취소"),  # Japanese, Chinese, Korean
    *("בוטל", "מבוטל", "ملغى", "تم الإلغاء", "Đã hủy", "Đã huỷ", "ยกเลิก", "Dibatalkan"),  # Hebrew … Indonesian
)
_PREFIXES = frozenset(map(comparable, _WORDS))
_LONGEST = max(map(len, _PREFIXES))


@lru_cache(maxsize=4096)  # the dates of a series have one title, and every rule looks at each
def says_cancelled(title: str) -> bool:
    """Whether the title begins with a calendar program's word for "cancelled" and a colon."""
    start = comparable(title[: 2 * _LONGEST]).replace("\uff1a", ":")
    word, colon, _ = start.partition(":")
    return bool(colon) and word.rstrip() in _PREFIXES
