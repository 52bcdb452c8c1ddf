#include "translator/gateway_host.h"

#include <catch2/catch.hpp>

namespace binnacle::translator {
namespace {

using Hosts = std::vector<std::string>;
using Written = std::vector<absl::string_view>;

}  // namespace

TEST_CASE("hosts meet in the narrower of the two") {
  CHECK(MeetHosts(Written{"*.a.com"}, Hosts{"x.a.com", "b.com"}, "ns") == Hosts{"x.a.com"});
  CHECK(MeetHosts(Written{"x.a.com"}, Hosts{"*.a.com"}, "ns") == Hosts{"x.a.com"});
  CHECK(MeetHosts(Written{"*"}, Hosts{"*.a.com", "b.com"}, "ns") == Hosts{"*.a.com", "b.com"});
  CHECK(MeetHosts(Written{"a.com", "*.com"}, Hosts{"a.com"}, "ns") == Hosts{"a.com"});
  CHECK(MeetHosts(Written{"a.com"}, Hosts{"b.com"}, "ns").empty());
  CHECK(MeetHosts(Written{"*.a.com"}, Hosts{"a.com"}, "ns").empty());
}

TEST_CASE("a host of a namespace meets VirtualServices of that namespace only") {
  CHECK(MeetHosts(Written{"ns/a.com"}, Hosts{"a.com"}, "ns") == Hosts{"a.com"});
  CHECK(MeetHosts(Written{"ns/a.com"}, Hosts{"a.com"}, "other").empty());
  CHECK(MeetHosts(Written{"*/a.com"}, Hosts{"a.com"}, "other") == Hosts{"a.com"});
}

}  // namespace binnacle::translator
