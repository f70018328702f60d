/* A disk that fails when it is told to: loaded before the C library, in front of a real server.
 *
 * While the file named by DISK_FLAG exists, its first character decides for files below DISK_ROOT:
 * 'f' full (ENOSPC), 'r' read-only (EROFS), 'e' broken (EIO). Reading always works.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int fails(int fd) {
  const char *flag = getenv("DISK_FLAG"), *root = getenv("DISK_ROOT");
  char link[64], path[PATH_MAX], kind = 0;
  if (!flag || !root) return 0;
  int told = NEXT(open)(flag, O_RDONLY | O_CLOEXEC);
  if (told < 0) return 0;
  ssize_t read_bytes = NEXT(read)(told, &kind, 1);
  NEXT(close)(told);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (read_bytes != 1 || length < 0) return 0;
  path[length] = 0;
  if (strncmp(path, root, strlen(root))) return 0;
  errno = kind == 'f' ? ENOSPC : kind == 'r' ? EROFS : EIO;
  return 1;
}

ssize_t write(int fd, const void *data, size_t size) {
  return fails(fd) ? -1 : NEXT(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return fails(fd) ? -1 : NEXT(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  return fails(fd) ? -1 : NEXT(pwrite64)(fd, data, size, at);
}
int ftruncate(int fd, off_t size) { return fails(fd) ? -1 : NEXT(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return fails(fd) ? -1 : NEXT(ftruncate64)(fd, size); }
int fsync(int fd) { return fails(fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : NEXT(fdatasync)(fd); }
