/* A fake clock for the processes of a test: when it is preloaded, its functions replace those of the C library.

       CLOCK_OFFSET=86400      the machine's time plus this number of seconds
       CLOCK_FROZEN=1835395200 always this second

   Only the time of day is faked. Monotonic clocks, waiting and file times stay those of the machine, so that nothing
   takes longer. The variables are read once, when a process starts. scripts/dates compiles this file.  */

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long offset, frozen;

__attribute__((constructor)) static void read_settings(void) {
    const char *text = getenv("CLOCK_OFFSET");
    if (text) offset = atoll(text);
    text = getenv("CLOCK_FROZEN");
    if (text) frozen = atoll(text);
}

static int tell(clockid_t clock, struct timespec *told) {
    int failed = (int)syscall(SYS_clock_gettime, clock, told);
    if (failed || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return failed;
    if (frozen) {
        told->tv_sec = frozen;
        told->tv_nsec = 0;
    } else {
        told->tv_sec += offset;
    }
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *told) { return tell(clock, told); }

int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    struct timespec now;
    (void)zone;
    tell(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec now;
    tell(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
