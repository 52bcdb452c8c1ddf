#include "translator/proxy_class.h"

#include <catch2/catch.hpp>
#include <vector>

namespace binnacle::translator {

TEST_CASE("classes have equal keys exactly when they are equal") {
  std::vector<ProxyClass> classes(18);
  classes[1].type = ProxyType::kGateway;
  classes[2].ns = "a";
  classes[3].labels = {{"a", "b"}};
  classes[4].labels = {{"a", ""}, {"b", ""}};
  classes[5].locality = {"a", "b", ""};
  classes[6].locality = {"a", "", "b"};
  classes[7].network = "a";
  classes[8].cluster_id = "a";
  classes[9].node_name = "a";
  classes[10].envoy = {1, 40};
  classes[11].agent = false;
  classes[12].ipv6_only = true;
  classes[13].authenticated = true;
  classes[14].services = {{"ns", "host", {80, 8}}};
  classes[15].services = {{"ns", "host", {808}}};
  classes[16].http10 = true;
  classes[17].on_demand_hosts = true;
  for (size_t a = 0; a < classes.size(); ++a) {
    for (size_t b = 0; b < classes.size(); ++b) {
      CAPTURE(a, b);
      CHECK((classes[a].Key() == classes[b].Key()) == (classes[a] == classes[b]));
    }
  }
}

}  // namespace binnacle::translator
