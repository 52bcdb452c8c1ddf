#include "ctl/kind_words.h"

#include <catch2/catch.hpp>

#include "absl/strings/ascii.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("every kind is known by its own name, in any case") {
  for (int i = 0; i < policy::kKindCount; ++i) {
    const auto kind = static_cast<policy::Kind>(i);
    CHECK(KindByWord(policy::KindName(kind)) == kind);
    CHECK(KindByWord(absl::AsciiStrToLower(policy::KindName(kind))) == kind);
  }
}

TEST_CASE("plurals and short words are known") {
  CHECK(KindByWord("vs") == policy::Kind::kVirtualService);
  CHECK(KindByWord("serviceentries") == policy::Kind::kServiceEntry);
  CHECK(KindByWord("policies") == policy::Kind::kPolicy);
  CHECK(KindByWord("svc") == policy::Kind::kService);
  CHECK(KindByWord("") == std::nullopt);
  CHECK(KindByWord("vss") == std::nullopt);
}

TEST_CASE("no word means two kinds") {
  std::vector<absl::string_view> words = KindWords();
  std::sort(words.begin(), words.end());
  CHECK(std::adjacent_find(words.begin(), words.end()) == words.end());
}

}  // namespace
}  // namespace binnacle::ctl
