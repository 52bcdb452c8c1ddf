// policy/file_parser.h
//
// Reads one file as often as it changes. Documents whose text is what it was are
// not parsed again: an edit costs what the edited document costs, and the other
// objects stay the very same.
//
// Threads  one at a time.
// Errors   as ParseDocuments().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/chunk_parser.h"
#include "policy/document.h"
#include "policy/document_split.h"

namespace binnacle::policy {

class FileParser {
 public:
  FileParser(const std::string& file, const ParseOptions& options)
      : file_(std::make_shared<const std::string>(file)), options_(options) {}
  FileParser(const FileParser&) = delete;
  FileParser& operator=(const FileParser&) = delete;

  Parsed Parse(absl::string_view text);

 private:
  // What a part of the file said when it was last read.
  struct Known {
    uint64_t hash = 0;
    uint64_t size = 0;
    uint32_t line = 0;
    bool taken = false;  // by the reading under way
    ParsedChunk chunk;
  };

  static bool IsSame(const Known& known, const TextChunk& chunk, uint64_t hash);
  Known* FindSame(const TextChunk& chunk, uint64_t hash, size_t index, size_t count);
  static Known Read(ChunkParser& parser, const TextChunk& chunk, uint64_t hash);
  static Known Reuse(Known& known, uint32_t line);
  Parsed Join() const;

  const std::shared_ptr<const std::string> file_;
  const ParseOptions options_;
  std::vector<Known> known_;
};

}  // namespace binnacle::policy
