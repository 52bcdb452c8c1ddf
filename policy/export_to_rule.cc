#include "policy/export_to_rule.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "policy/host.h"

namespace binnacle::policy {
namespace {

void CheckWord(absl::string_view word, bool alone, absl::string_view ns, ExportToRule rule,
               const Place& at) {
  if (rule.only_own_allowed && word != "." && word != ns) {
    at.Error("bad-export-to", "with a workloadSelector only the own namespace is allowed",
             "write \".\"");
    return;
  }
  if (word == "." || word == "*") return;
  if (word == "~") {
    if (!rule.none_allowed) {
      at.Error("bad-export-to", "\"~\" (nowhere) is allowed in a ServiceEntry only");
    } else if (!alone) {
      at.Error("bad-export-to", "\"~\" (nowhere) must stand alone");
    }
    return;
  }
  if (IsDnsLabel(word)) return;
  at.Error("bad-export-to", absl::StrCat("\"", word.substr(0, 80),
                                         "\" is not a namespace; allowed are namespaces, \".\" "
                                         "(this one) and \"*\" (all)"));
}

}  // namespace

void CheckExportTo(const google::protobuf::RepeatedPtrField<std::string>& export_to,
                   absl::string_view ns, ExportToRule rule, const Place& at,
                   absl::string_view field) {
  std::set<absl::string_view> seen;
  bool everywhere = false;
  for (int i = 0; i < export_to.size(); ++i) {
    const absl::string_view word = export_to[i];
    const Place entry = at.Field(field, i);
    CheckWord(word, export_to.size() == 1, ns, rule, entry);
    everywhere = everywhere || word == "*";
    if (!seen.insert(word == "." ? ns : word).second) {
      entry.Error("duplicate-name", absl::StrCat("\"", word.substr(0, 80),
                                                 "\" names a namespace that is already listed"));
    }
  }
  if (everywhere && export_to.size() > 1) {
    at.Field(field).Error("bad-export-to", "\"*\" means every namespace and must stand alone");
  }
}

}  // namespace binnacle::policy
