#include "sources/inotify.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace binnacle::sources {
namespace {

constexpr uint32_t kInteresting = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF |
                                  IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

}  // namespace

absl::StatusOr<std::unique_ptr<Inotify>> Inotify::Create() {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd >= 0) return std::unique_ptr<Inotify>(new Inotify(fd));
  return absl::ResourceExhaustedError(absl::StrCat(
      "cannot watch directories: ", std::strerror(errno), "; see fs.inotify.max_user_instances"));
}

Inotify::~Inotify() { ::close(fd_); }

absl::StatusOr<int> Inotify::Watch(const std::string& directory) {
  const int watch = ::inotify_add_watch(fd_, directory.c_str(), kInteresting);
  if (watch >= 0) return watch;
  const std::string message = absl::StrCat("cannot watch ", directory, ": ", std::strerror(errno));
  if (errno == ENOSPC) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot watch ", directory, ": raise fs.inotify.max_user_watches"));
  }
  return absl::UnavailableError(message);
}

void Inotify::Unwatch(int watch) { ::inotify_rm_watch(fd_, watch); }

std::vector<Inotify::Event> Inotify::Read() {
  std::vector<Event> events;
  alignas(inotify_event) char buffer[64 << 10];
  while (true) {
    const ssize_t got = ::read(fd_, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return events;
    for (const char* at = buffer; at < buffer + got;) {
      inotify_event header;
      std::memcpy(&header, at, sizeof(header));
      const char* name = at + sizeof(header);
      events.push_back({header.wd, header.mask, header.len > 0 ? std::string(name) : ""});
      at = name + header.len;
    }
  }
}

}  // namespace binnacle::sources
