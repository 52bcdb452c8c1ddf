#include "ctl/origin_text.h"

#include "absl/strings/str_cat.h"
#include "ctl/json_field.h"

namespace binnacle::ctl {

std::string OriginText(const Json& object) { return Text(object, "origin"); }

std::string ObjectName(const Json& object) {
  const std::string ns = Text(object, "metadata.namespace");
  return absl::StrCat(Text(object, "metadata.name"), ns.empty() ? "" : ".", ns);
}

}  // namespace binnacle::ctl
