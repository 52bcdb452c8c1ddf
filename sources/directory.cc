#include "sources/directory.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sources/directory_tree.h"
#include "sources/directory_watch.h"
#include "sources/file_set.h"
#include "sources/pending_changes.h"
#include "sources/policy_file.h"
#include "spdlog/spdlog.h"

namespace binnacle::sources {
namespace {

using Time = PendingChanges::Time;

std::chrono::nanoseconds Nanos(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

bool IsLinkToNothing(const std::string& path) {
  struct stat stat {};
  return ::lstat(path.c_str(), &stat) == 0;
}

policy::Finding UnreadableDirectory(const std::string& path, const std::string& why) {
  policy::Finding finding;
  finding.code = "unreadable-directory";
  finding.file = path;
  finding.message =
      absl::StrCat("the directory cannot be read: ", why, "; what it held stays in effect");
  return finding;
}

}  // namespace

// What the thread does, and all that it knows.
class DirectorySource::Loop {
 public:
  Loop(std::string directory, Options options, std::function<void(Batch)> on_batch,
       std::unique_ptr<DirectoryWatch> watch, int stop_fd)
      : root_(std::move(directory)),
        options_(std::move(options)),
        on_batch_(std::move(on_batch)),
        watch_(std::move(watch)),
        stop_fd_(stop_fd),
        files_(options_.parse),
        pending_({options_.quiet, options_.latest, options_.held}) {}
  ~Loop() { ::close(stop_fd_); }

  void Run();
  void Stop() { ::eventfd_write(stop_fd_, 1); }

 private:
  bool Wait(Time until);
  bool MustStop() const;
  void TakeChanges(Time now);
  void Beat(Time now);

  void Look(Time now);
  bool LookThroughTree(const std::set<std::string>& due, Time now);
  void LookAt(const std::string& path, Time now);
  void ReadChangedFiles(const DirectoryTree& tree, const std::set<std::string>& due, Time now);
  void FindMissingFiles(const DirectoryTree& tree, Time now);
  void Miss(const std::string& path);
  void DropMissingFiles(bool quiet, Time now);
  bool IsRefillingRoot(const DirectoryTree& tree, Time now);

  void SetFault(std::string fault);
  void Tell();

  const std::string root_;
  const Options options_;
  const std::function<void(Batch)> on_batch_;
  const std::unique_ptr<DirectoryWatch> watch_;
  const int stop_fd_;

  FileSet files_;
  PendingChanges pending_;
  std::map<std::string, FileStamp> stamps_;        // of files as they were read
  std::map<std::string, std::string> unreadable_;  // directories
  absl::Time seen_ = absl::InfinitePast();
  Time next_beat_;
  bool overlooked_ = false;  // stamps cannot be trusted
  bool has_links_ = false;
  bool complete_ = false;
  bool stopped_ = false;

  FileStamp root_stamp_;  // when it was last read
  bool root_was_gone_ = false;
  Time last_deletion_;
  Time refilled_;  // until then the root, which was gone, may still be filled

  std::string fault_;  // why the root cannot be read
  bool told_ = false;
  std::string told_status_;
  std::vector<policy::Finding> told_findings_;
};

void DirectorySource::Loop::Run() {
  seen_ = absl::Now();
  const Time start = std::chrono::steady_clock::now();
  next_beat_ = start + Nanos(options_.heartbeat);
  pending_.NoteTree(start - Nanos(options_.quiet));
  Look(start);
  while (!stopped_) {
    const Time deadline = std::min(next_beat_, pending_.Deadline().value_or(next_beat_));
    if (!Wait(deadline)) return;
    Time now = std::chrono::steady_clock::now();
    TakeChanges(now);
    if (now >= next_beat_) Beat(now);
    if (const auto due = pending_.Deadline(); due.has_value() && now >= *due) Look(now);
  }
}

// False when the source is to stop.
bool DirectorySource::Loop::Wait(Time until) {
  const auto left = until - std::chrono::steady_clock::now();
  const auto clipped = std::max(left, std::chrono::steady_clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(clipped);
  const timespec timeout{seconds.count(), std::chrono::nanoseconds(clipped - seconds).count()};
  pollfd descriptors[] = {{watch_->fd(), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
  ::ppoll(descriptors, 2, &timeout, nullptr);
  return (descriptors[1].revents & POLLIN) == 0;
}

bool DirectorySource::Loop::MustStop() const {
  pollfd descriptor{stop_fd_, POLLIN, 0};
  return ::poll(&descriptor, 1, 0) > 0;
}

void DirectorySource::Loop::TakeChanges(Time now) {
  for (const Change& change : watch_->Read()) {
    if (pending_.IsEmpty()) seen_ = absl::Now();
    if (now < refilled_) refilled_ = now + Nanos(options_.settle);
    switch (change.what) {
      case Change::What::kFileBegun:
        pending_.NoteWriting(change.path, now);
        break;
      case Change::What::kFileGone:
        last_deletion_ = now;
        pending_.NoteFile(change.path, now);
        break;
      case Change::What::kFileEnded:
        pending_.NoteFile(change.path, now);
        break;
      case Change::What::kOverlooked:
        spdlog::warn("{}: changes came faster than they could be read; reading all again", root_);
        overlooked_ = true;
        pending_.NoteTree(now);
        break;
      case Change::What::kTree:
        pending_.NoteTree(now);
        break;
    }
  }
}

// Looks for what the kernel does not tell.
void DirectorySource::Loop::Beat(Time now) {
  next_beat_ = now + Nanos(options_.heartbeat);
  struct stat stat {};
  const bool there = ::stat(root_.c_str(), &stat) == 0;
  const bool same = there && stat.st_dev == root_stamp_.device && stat.st_ino == root_stamp_.inode;
  const bool all_told =
      same && fault_.empty() && !has_links_ && watch_->fault().empty() && unreadable_.empty();
  if (all_told) return;
  if (!there && !fault_.empty()) return;  // known
  if (pending_.IsEmpty()) seen_ = absl::Now();
  pending_.NoteTree(now);
}

void DirectorySource::Loop::Look(Time now) {
  const bool quiet = pending_.IsQuiet(now);
  const PendingChanges::Due due = pending_.Take(now);
  bool readable = fault_.empty();
  if (due.tree || !readable) {
    readable = LookThroughTree(due.files, now);
  } else {
    struct stat stat {};
    if (::stat(root_.c_str(), &stat) != 0) {
      readable = LookThroughTree(due.files, now);
    } else {
      for (const std::string& path : due.files) LookAt(path, now);
    }
  }
  if (stopped_) return;
  if (readable) {
    complete_ = true;
    DropMissingFiles(quiet, now);
  }
  Tell();
}

// False when the root cannot be read, or what it holds is not to be believed.
bool DirectorySource::Loop::LookThroughTree(const std::set<std::string>& due, Time now) {
  DirectoryTree tree;
  watch_->Begin();
  const absl::Status scanned = ScanTree(
      root_, [this](const std::string& path) { watch_->Add(path); }, tree);
  watch_->End();
  if (!scanned.ok()) {
    root_was_gone_ = true;
    SetFault(absl::StrCat("the directory ", root_, " ", scanned.message()));
    return false;
  }
  if (IsRefillingRoot(tree, now)) {
    SetFault(absl::StrCat("the directory ", root_, " has come back empty"));
    return false;
  }
  SetFault("");
  has_links_ = tree.has_links;
  unreadable_ = tree.unreadable;
  ReadChangedFiles(tree, due, now);
  if (stopped_) return false;
  FindMissingFiles(tree, now);
  return true;
}

// Whether the root has been replaced, and what is to fill it is not there yet.
bool DirectorySource::Loop::IsRefillingRoot(const DirectoryTree& tree, Time now) {
  struct stat stat {};
  if (::stat(root_.c_str(), &stat) != 0) return true;
  const bool replaced = complete_ && (stat.st_dev != root_stamp_.device ||
                                      stat.st_ino != root_stamp_.inode || root_was_gone_);
  if (replaced && tree.files.empty() && files_.object_count() > 0) {
    root_was_gone_ = true;
    return true;
  }
  if (complete_ && root_was_gone_) refilled_ = now + Nanos(options_.settle);
  root_was_gone_ = false;
  root_stamp_ = StampOf(stat);
  return false;
}

void DirectorySource::Loop::ReadChangedFiles(const DirectoryTree& tree,
                                             const std::set<std::string>& due, Time now) {
  constexpr size_t kWorthReporting = 1000;
  const bool read_all = std::exchange(overlooked_, false);
  Time next_report = now + std::chrono::seconds(1);
  size_t done = 0;
  for (const auto& [path, stamp] : tree.files) {
    ++done;
    const auto known = stamps_.find(path);
    const bool unchanged = known != stamps_.end() && known->second == stamp;
    const bool announced = due.contains(path);
    if (unchanged && !read_all && !announced) continue;
    // Of a directory that has come back nobody has told who writes to it. At the
    // start there is nothing that could stay in effect meanwhile.
    if (complete_ && !announced && !pending_.IsHeld(path, now) && IsBeingWritten(path)) {
      pending_.NoteWriting(path, now);
      continue;
    }
    LookAt(path, now);
    if (tree.files.size() < kWorthReporting) continue;
    const Time here = std::chrono::steady_clock::now();
    if (here < next_report) continue;
    next_report = here + std::chrono::seconds(1);
    spdlog::info("{}: read {} of {} files", root_, done, tree.files.size());
    if (MustStop()) {
      stopped_ = true;
      return;
    }
  }
}

// What a directory that cannot be listed held is not missing but unknown.
void DirectorySource::Loop::FindMissingFiles(const DirectoryTree& tree, Time now) {
  for (const std::string& path : files_.Paths()) {
    if (tree.files.contains(path) || pending_.IsHeld(path, now)) continue;
    const bool unknown =
        std::any_of(tree.unreadable.begin(), tree.unreadable.end(), [&](const auto& directory) {
          return absl::StartsWith(path, absl::StrCat(directory.first, "/"));
        });
    if (!unknown) Miss(path);
  }
}

void DirectorySource::Loop::Miss(const std::string& path) {
  stamps_.erase(path);
  files_.MarkMissing(path);
}

// That files were deleted is believed once nothing more has been deleted for a
// moment, for the whole directory may be about to go: the more are missing, the
// longer that moment.
void DirectorySource::Loop::DropMissingFiles(bool quiet, Time now) {
  constexpr size_t kMany = 10;
  const std::vector<std::string> missing = files_.MissingPaths();
  if (missing.empty()) return;
  const Time believed =
      std::max(refilled_,
               last_deletion_ + Nanos(missing.size() < kMany ? options_.latest : options_.settle));
  if (!quiet || now < believed) {
    pending_.NoteTree(std::max(now, believed - Nanos(options_.quiet)));
    return;
  }
  for (const std::string& path : missing) {
    if (!pending_.IsHeld(path, now)) files_.Remove(path);
  }
}

void DirectorySource::Loop::LookAt(const std::string& path, Time now) {
  if (pending_.IsHeld(path, now)) return;
  absl::StatusOr<FileContent> content = ReadPolicyFile(path, options_.parse.max_bytes);
  if (content.ok()) {
    stamps_[path] = content->stamp;
    files_.Update(path, content->text);
    return;
  }
  if (absl::IsAborted(content.status())) return pending_.NoteFile(path, now);
  stamps_.erase(path);
  if (!absl::IsNotFound(content.status())) {
    return files_.MarkUnreadable(path, content.status().message());
  }
  if (IsLinkToNothing(path)) {
    return files_.MarkUnreadable(path, "is a link to a file that does not exist");
  }
  Miss(path);
}

void DirectorySource::Loop::SetFault(std::string fault) {
  if (fault == fault_) return;
  fault_ = std::move(fault);
  if (fault_.empty()) {
    spdlog::info("{}: can be read again", root_);
  } else {
    spdlog::warn("{}; what it held stays in effect", fault_);
  }
}

// Sends what has changed since the last batch, if anything has.
void DirectorySource::Loop::Tell() {
  Batch batch = files_.TakeBatch();
  for (const auto& [path, why] : unreadable_) {
    batch.findings.push_back(UnreadableDirectory(path, why));
  }
  batch.complete = complete_;
  batch.seen = seen_;
  batch.healthy = fault_.empty();
  batch.status = fault_.empty() ? absl::StrCat(files_.object_count(), " objects in ",
                                               files_.file_count(), " files of ", root_)
                                : fault_;
  if (fault_.empty() && !watch_->fault().empty()) {
    absl::StrAppend(&batch.status, "; ", watch_->fault(), " (looking every ",
                    absl::FormatDuration(options_.heartbeat), " instead)");
  }
  const bool nothing_new = told_ && batch.put.empty() && batch.removed.empty() &&
                           batch.status == told_status_ && batch.findings == told_findings_;
  if (nothing_new) return;
  told_ = true;
  told_status_ = batch.status;
  told_findings_ = batch.findings;
  on_batch_(std::move(batch));
}

absl::StatusOr<std::unique_ptr<DirectorySource>> DirectorySource::Start(
    std::string directory, Options options, std::function<void(Batch)> on_batch) {
  while (directory.size() > 1 && absl::EndsWith(directory, "/")) directory.pop_back();
  absl::StatusOr<std::unique_ptr<DirectoryWatch>> watch = DirectoryWatch::Create();
  if (!watch.ok()) return watch.status();
  const int stop_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop_fd < 0) return absl::ResourceExhaustedError("cannot make an eventfd");
  std::unique_ptr<DirectorySource> source(new DirectorySource);
  source->loop_ = std::make_unique<Loop>(std::move(directory), std::move(options),
                                         std::move(on_batch), *std::move(watch), stop_fd);
  source->thread_ = std::thread([loop = source->loop_.get()] { loop->Run(); });
  return source;
}

DirectorySource::~DirectorySource() {
  loop_->Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace binnacle::sources
