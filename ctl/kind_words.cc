#include "ctl/kind_words.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace binnacle::ctl {
namespace {

using policy::Kind;

struct Words {
  Kind kind;
  absl::string_view singular;
  absl::string_view plural;
  absl::string_view brief;  // may be empty
};

// Kubernetes' and Istio's own short names.
constexpr Words kWords[] = {
    {Kind::kGateway, "gateway", "gateways", "gw"},
    {Kind::kVirtualService, "virtualservice", "virtualservices", "vs"},
    {Kind::kDestinationRule, "destinationrule", "destinationrules", "dr"},
    {Kind::kServiceEntry, "serviceentry", "serviceentries", "se"},
    {Kind::kWorkloadEntry, "workloadentry", "workloadentries", "we"},
    {Kind::kPeerAuthentication, "peerauthentication", "peerauthentications", "pa"},
    {Kind::kMeshPolicy, "meshpolicy", "meshpolicies", "mp"},
    {Kind::kPolicy, "policy", "policies", ""},
    {Kind::kService, "service", "services", "svc"},
    {Kind::kEndpoints, "endpoints", "endpoints", "ep"},
    {Kind::kEndpointSlice, "endpointslice", "endpointslices", ""},
    {Kind::kPod, "pod", "pods", "po"},
    {Kind::kNamespace, "namespace", "namespaces", "ns"},
    {Kind::kNode, "node", "nodes", "no"},
    {Kind::kSecret, "secret", "secrets", ""},
    {Kind::kConfigMap, "configmap", "configmaps", "cm"},
    {Kind::kServiceAccount, "serviceaccount", "serviceaccounts", "sa"},
};
static_assert(std::size(kWords) == policy::kKindCount, "every kind has its words");

}  // namespace

std::optional<Kind> KindByWord(absl::string_view word) {
  if (word.empty()) return std::nullopt;
  for (const Words& words : kWords) {
    if (absl::EqualsIgnoreCase(word, words.singular) ||
        absl::EqualsIgnoreCase(word, words.plural) || absl::EqualsIgnoreCase(word, words.brief)) {
      return words.kind;
    }
  }
  return std::nullopt;
}

std::vector<absl::string_view> KindWords() {
  std::vector<absl::string_view> all;
  for (const Words& words : kWords) {
    all.push_back(words.singular);
    if (words.plural != words.singular) all.push_back(words.plural);
    if (!words.brief.empty()) all.push_back(words.brief);
  }
  return all;
}

std::string KindWordList() {
  std::string list;
  for (const Words& words : kWords) {
    absl::StrAppend(&list, list.empty() ? "" : ", ", words.plural);
    if (!words.brief.empty()) absl::StrAppend(&list, " (", words.brief, ")");
  }
  return list;
}

}  // namespace binnacle::ctl
