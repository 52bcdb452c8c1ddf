#include "policy/document.h"

#include "policy/file_parser.h"

namespace binnacle::policy {

Parsed ParseDocuments(absl::string_view text, const std::string& file,
                      const ParseOptions& options) {
  return FileParser(file, options).Parse(text);
}

}  // namespace binnacle::policy
