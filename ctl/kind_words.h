// ctl/kind_words.h
//
// The words by which people call kinds of object: singular, plural, short.
//
// Threads  pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/kind.h"

namespace binnacle::ctl {

// "vs", "VirtualServices", "virtualservice" -> kVirtualService.
std::optional<policy::Kind> KindByWord(absl::string_view word);

// All words of all kinds, in lower case.
std::vector<absl::string_view> KindWords();

// "virtualservices (vs)", for every kind.
std::string KindWordList();

}  // namespace binnacle::ctl
