// The policy parser, and the store that its objects go into. A file read again
// after an edit must say what it says to who reads it for the first time.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "mesh/store.h"
#include "policy/document.h"
#include "policy/file_parser.h"
#include "tests/fuzz/input.h"

namespace binnacle::fuzz {
namespace {

// All that a reading found, for comparison.
std::string Said(const policy::Parsed& parsed) {
  std::string said = absl::StrCat(parsed.truncated, parsed.incomplete, "\n");
  for (const auto& object : parsed.objects) absl::StrAppend(&said, object->key.ToString(), "\n");
  for (const auto& key : parsed.refused) absl::StrAppend(&said, "not ", key.ToString(), "\n");
  for (const auto& finding : parsed.findings) absl::StrAppend(&said, finding.ToString(), "\n");
  return said;
}

}  // namespace

void TakeInput(absl::string_view input) {
  const policy::Parsed parsed = policy::ParseDocuments(input, "input.yaml");
  mesh::Store store({mesh::WithDefaults({}), "cluster.local"});
  store.Apply({parsed.objects, {}, {}});

  policy::FileParser parser("input.yaml", {});
  parser.Parse(input.substr(0, input.size() / 2));
  Must(Said(parser.Parse(input)) == Said(parsed),
       "a file that has grown says what it says to a new reader");
}

}  // namespace binnacle::fuzz
