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

// What `chunk` said when it was last read. Findings tell their lines in words
// too, so what has any is read again when it has moved.
const FileParser::Known* FileParser::FindSame(const std::vector<size_t>& candidates,
                                              const TextChunk& chunk) const {
  size_t tried = 0;
  constexpr size_t kMostTried = 8;  // there may be a million alike
  for (const size_t candidate : candidates) {
    if (++tried > kMostTried) break;
    const Known& known = known_[candidate];
    if (known.size != chunk.text.size()) continue;
    const bool tells_lines = !known.chunk.findings.empty() || !known.chunk.unknown_kinds.empty();
    if (known.line == chunk.line || !tells_lines) return &known;
  }
  return nullptr;
}

FileParser::Known FileParser::Read(absl::string_view text, uint32_t line, uint64_t hash) {
  return {hash, text.size(), line, chunk_parser_.Parse(text, line)};
}

FileParser::Known FileParser::Reuse(Known known, uint32_t line) const {
  const int64_t by = static_cast<int64_t>(line) - known.line;
  if (by != 0) {
    for (auto& object : known.chunk.objects) object = Moved(*object, by);
  }
  known.line = line;
  return known;
}

Parsed FileParser::Parse(absl::string_view text) {
  if (text.size() > options_.max_bytes) {
    Parsed refused;
    refused.findings.push_back(TooLarge(*file_, text.size(), options_.max_bytes));
    refused.truncated = true;
    return refused;
  }
  absl::flat_hash_map<uint64_t, std::vector<size_t>> by_hash;
  for (size_t i = 0; i < known_.size(); ++i) by_hash[known_[i].hash].push_back(i);
  std::vector<Known> now;
  for (const TextChunk& chunk : SplitDocuments(text)) {
    const uint64_t hash = XXH3_64bits(chunk.text.data(), chunk.text.size());
    const auto candidates = by_hash.find(hash);
    const Known* same = candidates == by_hash.end() ? nullptr : FindSame(candidates->second, chunk);
    now.push_back(same == nullptr ? Read(chunk.text, chunk.line, hash) : Reuse(*same, chunk.line));
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
