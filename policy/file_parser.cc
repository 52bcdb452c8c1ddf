#include "policy/file_parser.h"

#include <xxhash.h>

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

Finding TooLarge(const std::string& file, size_t size, size_t allowed) {
  Finding finding;
  finding.code = "too-large";
  finding.file = file;
  finding.line = 1;
  finding.column = 1;
  finding.message = absl::StrCat("the file has ", size, " bytes; allowed are ", allowed);
  return finding;
}

Finding DefinedTwice(const Object& first, const Object& second) {
  Finding finding;
  finding.code = "duplicate-object";
  finding.kind = std::string(KindName(second.key.kind));
  finding.ns = second.key.ns;
  finding.name = second.key.name;
  finding.file = *second.origin.file;
  finding.line = second.origin.line;
  finding.column = second.origin.column;
  finding.message = absl::StrCat("defined twice: at ", first.origin.ToString(), " and at ",
                                 second.origin.ToString(), "; the first is in effect");
  return finding;
}

// The same object, written on another line.
std::shared_ptr<const Object> Moved(const Object& object, int64_t by) {
  auto moved = std::make_shared<Object>(object);
  moved->origin.line = static_cast<uint32_t>(moved->origin.line + by);
  return moved;
}

}  // namespace

// Whether what `known` said holds of `chunk` too. Findings tell their lines in
// words as well, so what has any is read again when it has moved.
bool FileParser::IsSame(const Known& known, const TextChunk& chunk, uint64_t hash) {
  if (known.taken || known.hash != hash || known.size != chunk.text.size()) return false;
  const bool tells_lines = !known.chunk.findings.empty() || !known.chunk.unknown_kinds.empty();
  return known.line == chunk.line || !tells_lines;
}

// Most often documents stand where they stood, counted from the beginning, or
// from the end when some were added or removed.
FileParser::Known* FileParser::FindSame(const TextChunk& chunk, uint64_t hash, size_t index,
                                        size_t count) {
  if (index < known_.size() && IsSame(known_[index], chunk, hash)) return &known_[index];
  const size_t from_end = count - index;
  if (from_end > known_.size()) return nullptr;
  Known& known = known_[known_.size() - from_end];
  return IsSame(known, chunk, hash) ? &known : nullptr;
}

FileParser::Known FileParser::Read(ChunkParser& parser, const TextChunk& chunk, uint64_t hash) {
  return {hash, chunk.text.size(), chunk.line, false, parser.Parse(chunk.text, chunk.line)};
}

FileParser::Known FileParser::Reuse(Known& known, uint32_t line) {
  const int64_t by = static_cast<int64_t>(line) - known.line;
  Known reused = std::exchange(known, Known{});
  known.taken = true;
  reused.line = line;
  if (by != 0) {
    for (auto& object : reused.chunk.objects) object = Moved(*object, by);
  }
  return reused;
}

Parsed FileParser::Parse(absl::string_view text) {
  if (text.size() > options_.max_bytes) {
    Parsed refused;
    refused.findings.push_back(TooLarge(*file_, text.size(), options_.max_bytes));
    refused.truncated = true;
    return refused;
  }
  const std::vector<TextChunk> chunks = SplitDocuments(text);
  // For this reading only: its memory would be more than all else that is kept
  // of a small file.
  ChunkParser parser(file_, options_);
  std::vector<Known> now;
  now.reserve(chunks.size());
  for (const TextChunk& chunk : chunks) {
    const uint64_t hash = XXH3_64bits(chunk.text.data(), chunk.text.size());
    Known* same = FindSame(chunk, hash, now.size(), chunks.size());
    now.push_back(same == nullptr ? Read(parser, chunk, hash) : Reuse(*same, chunk.line));
  }
  known_ = std::move(now);
  return Join();
}

// The documents of all chunks together; of two that bear one name the first
// stays, and a kind that is not ours is told once.
Parsed FileParser::Join() const {
  Parsed parsed;
  bool last_is_refused = false;
  absl::flat_hash_map<ObjectKey, const Object*> first;
  absl::flat_hash_set<std::string> unknown;
  first.reserve(known_.size());
  parsed.objects.reserve(known_.size());
  for (const Known& known : known_) {
    const ParsedChunk& chunk = known.chunk;
    parsed.findings.insert(parsed.findings.end(), chunk.findings.begin(), chunk.findings.end());
    parsed.refused.insert(parsed.refused.end(), chunk.refused.begin(), chunk.refused.end());
    for (const auto& object : chunk.objects) {
      const auto [at, is_new] = first.emplace(object->key, object.get());
      if (is_new) {
        parsed.objects.push_back(object);
      } else {
        parsed.findings.push_back(DefinedTwice(*at->second, *object));
      }
    }
    for (const UnknownKind& kind : chunk.unknown_kinds) {
      if (!unknown.insert(kind.name).second) continue;
      parsed.unknown_kinds.push_back(kind.name);
      if (kind.finding.has_value()) parsed.findings.push_back(*kind.finding);
    }
    parsed.truncated |= chunk.not_yaml;
    parsed.incomplete |= chunk.has_nameless;
    if (!chunk.is_empty) last_is_refused = chunk.last_is_refused;
  }
  parsed.incomplete |= last_is_refused;
  return parsed;
}

}  // namespace binnacle::policy
