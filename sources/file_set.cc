#include "sources/file_set.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace binnacle::sources {
namespace {

using policy::Finding;
using policy::Object;
using policy::ObjectKey;

// Maps in one order, so that equal messages give equal bytes.
std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

bool IsSame(const Object& a, const Object& b) {
  const auto facts = [](const Object& object) {
    return std::tie(object.key, object.api_version, object.labels, object.annotations,
                    object.created, object.origin.line, object.origin.column,
                    object.origin.resource_version, *object.origin.file);
  };
  if (facts(a) != facts(b)) return false;
  return a.body == b.body || Bytes(*a.body) == Bytes(*b.body);
}

Finding FileFinding(const std::string& path, policy::Severity severity, std::string code,
                    std::string message, std::string remedy = "") {
  Finding finding;
  finding.severity = severity;
  finding.code = std::move(code);
  finding.file = path;
  finding.message = std::move(message);
  finding.remedy = std::move(remedy);
  return finding;
}

Finding DefinedTwice(const Object& first, const Object& second) {
  Finding finding;
  finding.code = "duplicate-object";
  finding.kind = std::string(policy::KindName(second.key.kind));
  finding.ns = second.key.ns;
  finding.name = second.key.name;
  finding.file = *second.origin.file;
  finding.line = second.origin.line;
  finding.column = second.origin.column;
  finding.message = absl::StrCat("defined twice: at ", first.origin.ToString(), " and at ",
                                 second.origin.ToString(), "; the first is in effect");
  return finding;
}

}  // namespace

FileSet::File& FileSet::FileAt(const std::string& path) {
  std::unique_ptr<File>& file = files_[path];
  if (file == nullptr) file = std::make_unique<File>(path, options_);
  return *file;
}

std::vector<std::string> FileSet::Paths() const {
  std::vector<std::string> paths;
  paths.reserve(files_.size());
  for (const auto& [path, file] : files_) paths.push_back(path);
  return paths;
}

std::vector<std::string> FileSet::MissingPaths() const {
  return std::vector<std::string>(missing_.begin(), missing_.end());
}

void FileSet::Update(const std::string& path, absl::string_view text) {
  File& file = FileAt(path);
  file.unreadable.clear();
  missing_.erase(path);
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  if (file.was_read && file.hash == hash) return NoteRemarks(path, file);
  file.hash = hash;
  TakeParsed(path, file, file.parser.Parse(text), text);
  file.was_read = true;
  if (absl::EndsWith(text, "\n")) file.ended_with_newline = true;
  NoteRemarks(path, file);
}

// Whether it ends in the middle of a line, which is not how it once ended.
bool FileSet::IsCut(const std::string& path, const File& file, absl::string_view text) {
  return !file.objects.empty() && file.ended_with_newline && !absl::EndsWith(text, "\n") &&
         !absl::EndsWith(path, ".json");
}

// Whether what the file held before, and does not hold now, may be missing only
// because the file is not whole.
bool FileSet::MustKeepOld(const std::string& path, const File& file, const policy::Parsed& parsed,
                          absl::string_view text, std::vector<Finding>& findings) const {
  const auto warn = [&](std::string code, std::string message, std::string remedy) {
    findings.push_back(FileFinding(path, policy::Severity::kWarning, std::move(code),
                                   std::move(message), std::move(remedy)));
    return true;
  };
  if (file.objects.empty()) return false;
  if (text.empty()) {
    return warn("empty-file", "the file is empty; its objects stay in effect",
                "delete the file to remove them");
  }
  if (IsCut(path, file, text)) {
    return warn("cut-file",
                "the file ends in the middle of a line; its last object, and those that it no "
                "longer holds, stay as they were",
                "end its last line");
  }
  return parsed.truncated || parsed.incomplete;
}

void FileSet::TakeParsed(const std::string& path, File& file, policy::Parsed parsed,
                         absl::string_view text) {
  const bool last_is_half = IsCut(path, file, text) && !parsed.objects.empty();
  const ObjectKey last = last_is_half ? parsed.objects.back()->key : ObjectKey();
  absl::flat_hash_map<ObjectKey, ObjectPtr> now;
  now.reserve(parsed.objects.size());
  for (ObjectPtr& object : parsed.objects) now.emplace(object->key, std::move(object));

  const bool keep_all = MustKeepOld(path, file, parsed, text, parsed.findings);
  const absl::flat_hash_set<ObjectKey> refused(parsed.refused.begin(), parsed.refused.end());
  // What is left of the last object may be sound, and not what its author says.
  if (last_is_half) now.erase(last);
  for (const auto& [key, object] : file.objects) {
    if (keep_all || refused.contains(key)) now.emplace(key, object);
  }
  for (const auto& [key, object] : now) {
    const auto before = file.objects.find(key);
    if (before == file.objects.end()) {
      Own(path, key);
    } else if (before->second == object) {
      continue;
    }
    changed_.insert(key);
  }
  for (const auto& [key, object] : file.objects) {
    if (!now.contains(key)) Disown(path, key);
  }
  file.objects = std::move(now);
  file.findings = std::move(parsed.findings);
  file.unknown_kinds = std::move(parsed.unknown_kinds);
}

void FileSet::MarkUnreadable(const std::string& path, absl::string_view message) {
  File& file = FileAt(path);
  missing_.erase(path);
  const std::string kept = file.objects.empty() ? "" : "; its objects stay in effect";
  file.unreadable = {FileFinding(path, policy::Severity::kError, "unreadable-file",
                                 absl::StrCat("the file ", message, kept))};
  NoteRemarks(path, file);
}

void FileSet::MarkMissing(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end() || !missing_.insert(path).second) return;
  for (const auto& [key, object] : found->second->objects) Yield(path, key);
}

void FileSet::Remove(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return;
  for (const auto& [key, object] : found->second->objects) Disown(path, key);
  files_.erase(found);
  remarkable_.erase(path);
  missing_.erase(path);
}

void FileSet::NoteRemarks(const std::string& path, const File& file) {
  const bool silent =
      file.findings.empty() && file.unknown_kinds.empty() && file.unreadable.empty();
  if (silent) {
    remarkable_.erase(path);
  } else {
    remarkable_.insert(path);
  }
}

void FileSet::Own(const std::string& path, const ObjectKey& key) {
  std::vector<std::string>& paths = owners_[key];
  paths.push_back(path);
  changed_.insert(key);
  if (paths.size() > 1) contested_.insert(key);
  // A file that is missing has moved here, as far as anybody can tell.
  if (paths.size() > 1 && missing_.contains(paths.front())) Yield(paths.front(), key);
}

// Gives way to the other files that define the object.
void FileSet::Yield(const std::string& path, const ObjectKey& key) {
  std::vector<std::string>& paths = owners_.at(key);
  const auto at = std::find(paths.begin(), paths.end(), path);
  if (at == paths.end()) return;
  std::rotate(at, at + 1, paths.end());
  changed_.insert(key);
}

void FileSet::Disown(const std::string& path, const ObjectKey& key) {
  const auto found = owners_.find(key);
  if (found == owners_.end()) return;
  std::vector<std::string>& paths = found->second;
  paths.erase(std::remove(paths.begin(), paths.end(), path), paths.end());
  changed_.insert(key);
  if (paths.size() < 2) contested_.erase(key);
  if (paths.empty()) owners_.erase(found);
}

void FileSet::AddDefinedTwice(std::vector<Finding>& findings) const {
  for (const ObjectKey& key : contested_) {
    const std::vector<std::string>& paths = owners_.at(key);
    const Object& first = *files_.at(paths[0])->objects.at(key);
    for (size_t i = 1; i < paths.size(); ++i) {
      const File& other = *files_.at(paths[i]);
      if (!missing_.contains(paths[i]))
        findings.push_back(DefinedTwice(first, *other.objects.at(key)));
    }
  }
}

Batch FileSet::TakeBatch() {
  Batch batch;
  for (const ObjectKey& key : changed_) {
    const auto owner = owners_.find(key);
    const auto told = effective_.find(key);
    if (owner == owners_.end()) {
      if (told == effective_.end()) continue;
      batch.removed.push_back(key);
      effective_.erase(told);
      continue;
    }
    ObjectPtr& object = files_.at(owner->second.front())->objects.at(key);
    if (told != effective_.end() && IsSame(*told->second, *object)) {
      object = told->second;
      continue;
    }
    effective_[key] = object;
    batch.put.push_back(object);
  }
  changed_.clear();
  // In the order of keys, so that one change of files is always told alike.
  std::sort(batch.removed.begin(), batch.removed.end());
  std::sort(batch.put.begin(), batch.put.end(),
            [](const ObjectPtr& a, const ObjectPtr& b) { return a->key < b->key; });
  absl::flat_hash_set<std::string> kinds;
  for (const std::string& path : remarkable_) {
    const std::unique_ptr<File>& file = files_.at(path);
    const auto& findings = file->findings;
    batch.findings.insert(batch.findings.end(), file->unreadable.begin(), file->unreadable.end());
    batch.findings.insert(batch.findings.end(), findings.begin(), findings.end());
    for (const std::string& kind : file->unknown_kinds) {
      if (kinds.insert(kind).second) batch.unknown_kinds.push_back(kind);
    }
  }
  AddDefinedTwice(batch.findings);
  return batch;
}

}  // namespace binnacle::sources
