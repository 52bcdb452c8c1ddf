#include "ctl/ca_waiting.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ctl/json_field.h"
#include "ctl/proxy_name.h"
#include "ctl/table.h"
#include "ctl/time_left.h"

namespace binnacle::ctl {

void PrintWaiting(const Json& waiting, Console& console) {
  if (!waiting.is_array() || waiting.empty()) return;
  Table table({"WAITING FOR", "IDENTITY", "CONNECTED", "CERTIFICATE UNTIL", "LEFT"});
  for (const Json& holder : waiting) {
    const std::string name = Text(holder, "name");
    const std::string until = Text(holder, "certificateUntil");
    table.AddRow({std::string(ShortProxyName(name)), Text(holder, "identity"),
                  Text(holder, "connected") == "true" ? "yes" : "no", until,
                  TimeLeft(until, absl::Now())});
  }
  console.out << '\n' << table.Render(console.width, console.colour);
}

}  // namespace binnacle::ctl
