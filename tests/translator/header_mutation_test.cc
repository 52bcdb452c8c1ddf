#include "translator/header_mutation.h"

#include "envoy/config/route/v3/route_components.pb.h"
#include "tests/translator/route_mesh.h"

namespace binnacle::translator {

TEST_CASE("what is set stands before what is added, each in order of name") {
  envoy::config::route::v3::Route route;
  AppendHeaderMutations(Said<policy::v1::Headers>(
                            R"({"request": {"add": {"a": "3"}, "set": {"c": "2", "b": "1"},
                                            "remove": ["z", "y"]},
                                "response": {"set": {"r": "4"}}})"),
                        route);
  CHECK(Shown(route) ==
        "request_headers_to_add { header { key: \"b\" value: \"1\" } append_action: "
        "OVERWRITE_IF_EXISTS_OR_ADD } request_headers_to_add { header { key: \"c\" value: \"2\" } "
        "append_action: OVERWRITE_IF_EXISTS_OR_ADD } request_headers_to_add { header { key: \"a\" "
        "value: \"3\" } } response_headers_to_add { header { key: \"r\" value: \"4\" } "
        "append_action: OVERWRITE_IF_EXISTS_OR_ADD } request_headers_to_remove: \"z\" "
        "request_headers_to_remove: \"y\"");
}

TEST_CASE("the authority is never a header, whatever it is called") {
  const auto headers = Said<policy::v1::Headers>(
      R"({"request": {"set": {"Host": "a"}, "add": {":authority": "b"}, "remove": ["host"]}})");
  envoy::config::route::v3::Route route;
  AppendHeaderMutations(headers, route);
  CHECK_THAT(Shown(route), Catch::Equals(""));
  CHECK(AuthorityOf(headers) == "a");
  CHECK(AuthorityOf({}).empty());
}

}  // namespace binnacle::translator
