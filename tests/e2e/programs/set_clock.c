/* set_clock: moves the wall clock of one process, and no other's.
 *
 * Preloaded (LD_PRELOAD), it adds to CLOCK_REALTIME the nanoseconds that stand
 * in the file $SET_CLOCK_FILE (eight bytes, in the machine's order), which may
 * change at any time: that is a jump. The monotonic clocks stay as they are,
 * as they do when an operator or NTP sets the time. A wait until a moment of
 * the wall clock (futex(2) with FUTEX_CLOCK_REALTIME, which is how Abseil
 * waits) ends when the moved clock shows it, also if it jumps meanwhile. Not
 * covered: pthread_cond_timedwait() and sem_timedwait() on the wall clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { SECOND = 1000000000 };
static const int64_t kSlice = 20000000; /* how late a jump is noticed */

static const int64_t* offset_of_file(void) {
  static const int64_t* mapped;
  static const int64_t none;
  const int64_t* known = __atomic_load_n(&mapped, __ATOMIC_ACQUIRE);
  if (known) return known;
  known = &none;
  const char* path = getenv("SET_CLOCK_FILE");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file >= 0) {
    void* map = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) known = map;
    close(file);
  }
  __atomic_store_n(&mapped, known, __ATOMIC_RELEASE);
  return known;
}

static int64_t offset(void) { return __atomic_load_n(offset_of_file(), __ATOMIC_RELAXED); }

static int64_t nanoseconds(const struct timespec* t) {
  return (int64_t)t->tv_sec * SECOND + t->tv_nsec;
}

static struct timespec timespec_of(int64_t ns) {
  if (ns < 0) ns = 0;
  return (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
}

static int real_clock_gettime(clockid_t clock, struct timespec* t) {
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  return real(clock, t);
}

int clock_gettime(clockid_t clock, struct timespec* t) {
  const int result = real_clock_gettime(clock, t);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *t = timespec_of(nanoseconds(t) + offset());
  }
  return result;
}

int gettimeofday(struct timeval* t, void* zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

/* The kernel knows only the true clock, so the wait is one of short ones. */
static long wait_until_moved(long (*real)(long, ...), long* a, const struct timespec* until) {
  for (;;) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t left = nanoseconds(until) - nanoseconds(&now);
    if (left <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    real_clock_gettime(CLOCK_REALTIME, &now);
    const struct timespec slice = timespec_of(nanoseconds(&now) + (left < kSlice ? left : kSlice));
    const long result = real(SYS_futex, a[0], a[1], a[2], &slice, a[4], a[5]);
    if (result == 0 || errno != ETIMEDOUT) return result;
  }
}

long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; ++i) a[i] = va_arg(arguments, long);
  va_end(arguments);
  const struct timespec* until = (const struct timespec*)a[3];
  const int operation = (int)a[1];
  if (number == SYS_futex && (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
      (operation & FUTEX_CLOCK_REALTIME) && until) {
    return wait_until_moved(real, a, until);
  }
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
