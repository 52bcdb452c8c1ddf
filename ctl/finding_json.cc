#include "ctl/finding_json.h"

namespace binnacle::ctl {

Json FindingsAsJson(const std::vector<policy::Finding>& findings) {
  Json list = Json::array();
  for (const policy::Finding& finding : findings) {
    list.push_back({
        {"code", finding.code},
        {"severity", finding.severity == policy::Severity::kWarning ? "warning" : "error"},
        {"kind", finding.kind},
        {"namespace", finding.ns},
        {"name", finding.name},
        {"file", finding.file},
        {"line", finding.line},
        {"column", finding.column},
        {"field", finding.field},
        {"message", finding.message},
        {"remedy", finding.remedy},
    });
  }
  return list;
}

}  // namespace binnacle::ctl
