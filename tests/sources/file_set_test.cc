#include "sources/file_set.h"

#include <catch2/catch.hpp>

#include "tests/sources/told.h"

namespace binnacle::sources {
namespace {

TEST_CASE("what files hold is put once, in the order of its names") {
  FileSet files({});
  files.Update("b.yaml", Rule("z") + "---\n" + Rule("xx"));
  files.Update("a.yaml", Rule("x"));
  CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at a.yaml:1",
                                        "+DestinationRule default/xx at b.yaml:6",
                                        "+DestinationRule default/z at b.yaml:1"});
  files.Update("a.yaml", Rule("x"));
  CHECK(Tell(files.TakeBatch()).empty());
}

TEST_CASE("only what changed is put again") {
  FileSet files({});
  files.Update("a.yaml", Rule("x") + "---\n" + Rule("xx"));
  files.TakeBatch();
  files.Update("a.yaml", Rule("x") + "---\n" + Rule("xx", "ratings"));
  CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/xx at a.yaml:6"});
  // The same object, in other words.
  files.Update("a.yaml",
               Rule("x") + "---\n" + Rule("xx", "\"ratings\"") + "# a comment at the end\n");
  CHECK(Tell(files.TakeBatch()).empty());
}

TEST_CASE("an object on a new line is put, for explanations name its place") {
  FileSet files({});
  files.Update("a.yaml", Rule("x"));
  files.TakeBatch();
  files.Update("a.yaml", "# one line more\n" + Rule("x"));
  CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at a.yaml:2"});
}

TEST_CASE("what a sound file no longer holds is removed, and so is a deleted file's") {
  FileSet files({});
  files.Update("a.yaml", Rule("x") + "---\n" + Rule("xx"));
  files.Update("b.yaml", Rule("z"));
  files.TakeBatch();
  files.Update("a.yaml", Rule("x"));
  CHECK(Tell(files.TakeBatch()) == Told{"-DestinationRule default/xx"});
  files.Remove("b.yaml");
  CHECK(Tell(files.TakeBatch()) == Told{"-DestinationRule default/z"});
}

TEST_CASE("an object that is refused keeps its last valid version") {
  FileSet files({});
  files.Update("a.yaml", Rule("x") + "---\n" + Rule("xx"));
  files.TakeBatch();
  files.Update("a.yaml", Rule("x", "on") + "---\n" + Rule("xx"));
  CHECK(Tell(files.TakeBatch()) ==
        Told{"a.yaml:4:14: DestinationRule default/x: spec.host: expected a string, found the "
             "boolean on (quote it: \"on\")"});
  files.Update("a.yaml", Rule("x", "ratings") + "---\n" + Rule("xx"));
  CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at a.yaml:1"});
}

TEST_CASE("a file cut short anywhere but between its documents removes nothing") {
  const std::string whole = Rule("x") + "---\n" + Rule("xx") + "---\n" + Rule("z");
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    const std::string text = whole.substr(0, cut);
    const bool between = text == Rule("x") || text == Rule("x") + "---\n" ||
                         text == Rule("x") + "---\n" + Rule("xx") ||
                         text == Rule("x") + "---\n" + Rule("xx") + "---\n";
    if (between) continue;  // nobody can tell this from the wish of its author
    CAPTURE(text);
    FileSet files({});
    files.Update("a.yaml", whole);
    files.TakeBatch();
    files.Update("a.yaml", text);
    CHECK(files.TakeBatch().removed.empty());
    files.Update("a.yaml", whole);
    CHECK(Tell(files.TakeBatch()).empty());
  }
}

TEST_CASE("a file cut in the middle of a line leaves its last object as it was") {
  // In block style what is left is often sound, and means something else.
  const std::string last =
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: echo\nspec:\n"
      "  host: echo\n  subsets:\n  - name: v1\n    labels:\n      version: v1\n";
  const std::string whole = Rule("x") + "---\n" + last;
  for (size_t cut = whole.size() - last.size(); cut < whole.size(); ++cut) {
    if (whole[cut - 1] == '\n') continue;
    CAPTURE(cut);
    FileSet files({});
    files.Update("a.yaml", whole);
    files.TakeBatch();
    for (const size_t size : {cut, cut - 1}) {
      if (whole[size - 1] == '\n') break;  // nobody can tell
      files.Update("a.yaml", whole.substr(0, size));
      const Batch batch = files.TakeBatch();
      CHECK(batch.put.empty());
      CHECK(batch.removed.empty());
      CHECK_FALSE(batch.findings.empty());
    }
  }
}

TEST_CASE("an emptied file removes nothing, and says how to remove its objects") {
  FileSet files({});
  files.Update("a.yaml", Rule("x"));
  files.TakeBatch();
  files.Update("a.yaml", "");
  CHECK(Tell(files.TakeBatch()) ==
        Told{"a.yaml: warning: the file is empty; its objects stay in effect (delete the file to "
             "remove them)"});
  files.Remove("a.yaml");
  CHECK(Tell(files.TakeBatch()) == Told{"-DestinationRule default/x"});
}

TEST_CASE("a document without a name may be any of the file's: nothing is removed") {
  FileSet files({});
  files.Update("a.yaml", Rule("x") + "---\n" + Rule("xx"));
  files.TakeBatch();
  files.Update("a.yaml", Rule("") + "---\n" + Rule("xx"));
  const Batch batch = files.TakeBatch();
  CHECK(batch.removed.empty());
  CHECK(batch.findings.size() == 1);
}

TEST_CASE("an unreadable file removes nothing") {
  FileSet files({});
  files.Update("a.yaml", Rule("x"));
  files.TakeBatch();
  files.MarkUnreadable("a.yaml", "cannot be read: Permission denied");
  files.MarkUnreadable("b.yaml", "cannot be read: Permission denied");
  CHECK(Tell(files.TakeBatch()) ==
        Told{"a.yaml: the file cannot be read: Permission denied; its objects stay in effect",
             "b.yaml: the file cannot be read: Permission denied"});
  files.Update("a.yaml", Rule("x"));
  files.Remove("b.yaml");
  CHECK(Tell(files.TakeBatch()).empty());
}

TEST_CASE("of two files that define one object the first has its way until it stops") {
  FileSet files({});
  files.Update("a.yaml", Rule("x"));
  files.Update("b.yaml", "# b\n" + Rule("x", "ratings"));
  const std::string twice =
      "b.yaml:2:1: DestinationRule default/x: defined twice: at a.yaml:1 and at b.yaml:2; the "
      "first is in effect";
  CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at a.yaml:1", twice});

  SECTION("a change of the second changes nothing") {
    files.Update("b.yaml", "# b\n" + Rule("x", "details"));
    CHECK(Tell(files.TakeBatch()) == Told{twice});
  }
  SECTION("when the first is deleted the second takes over") {
    files.Remove("a.yaml");
    CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at b.yaml:2"});
  }
  SECTION("when the first no longer defines it the second takes over") {
    files.Update("a.yaml", Rule("xx"));
    CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at b.yaml:2",
                                          "+DestinationRule default/xx at a.yaml:1"});
  }
  SECTION("when the second is deleted nothing changes") {
    files.Remove("b.yaml");
    CHECK(Tell(files.TakeBatch()).empty());
  }
}

TEST_CASE("an object whose file is renamed is never without a definition") {
  FileSet files({});
  files.Update("a.yaml", Rule("x"));
  files.TakeBatch();
  SECTION("when the old name is missed first") {
    files.MarkMissing("a.yaml");
    files.Update("b.yaml", Rule("x"));
  }
  SECTION("when the new name is seen first") {
    files.Update("b.yaml", Rule("x"));
    files.MarkMissing("a.yaml");
  }
  CHECK(Tell(files.TakeBatch()) == Told{"+DestinationRule default/x at b.yaml:1"});
  files.Remove("a.yaml");
  CHECK(Tell(files.TakeBatch()).empty());
}

TEST_CASE("a file that was missing only for a moment changes nothing") {
  FileSet files({});
  files.Update("a.yaml", Rule("x"));
  files.TakeBatch();
  files.MarkMissing("a.yaml");
  CHECK(Tell(files.TakeBatch()).empty());
  files.Update("a.yaml", Rule("x"));
  CHECK(Tell(files.TakeBatch()).empty());
}

TEST_CASE("kinds that are not ours are listed once for all files") {
  FileSet files({});
  files.Update("a.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
  files.Update("b.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
  CHECK(files.TakeBatch().unknown_kinds == Told{"apps/v1/Deployment"});
  files.Remove("a.yaml");
  files.Remove("b.yaml");
  CHECK(files.TakeBatch().unknown_kinds.empty());
}

}  // namespace
}  // namespace binnacle::sources
