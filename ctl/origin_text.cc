#include "ctl/origin_text.h"

#include "absl/strings/str_cat.h"
#include "ctl/json_field.h"

namespace binnacle::ctl {
namespace {

// Some of an object's words stand in its metadata.
std::string Word(const Json& object, absl::string_view name) {
  const std::string word = Text(object, name);
  return word.empty() ? Text(Field(object, "metadata"), name) : word;
}

}  // namespace

std::string OriginText(const Json& object) {
  const std::string origin = Text(object, "origin");
  if (!origin.empty()) return origin;
  const std::string file = Text(object, "file");
  return file.empty() ? "" : absl::StrCat(file, ":", Text(object, "line"));
}

std::string ObjectName(const Json& object) {
  const std::string ns = Word(object, "namespace");
  return absl::StrCat(Word(object, "name"), ns.empty() ? "" : ".", ns);
}

}  // namespace binnacle::ctl
