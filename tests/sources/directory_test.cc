#include "sources/directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "tests/sources/told.h"

namespace binnacle::sources {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kPatience = absl::Seconds(20);

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "binnacle.XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
    fs::create_directory(root());
  }
  ~Folder() { fs::remove_all(path_); }

  fs::path root() const { return path_ / "policies"; }
  fs::path operator/(const std::string& name) const { return root() / name; }
  fs::path beside(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

void Write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

// What a consumer of the batches knows: which object is in effect, from where.
class Mesh {
 public:
  explicit Mesh(const Folder& folder, const DirectorySource::Options& options = {})
      : folder_(folder) {
    auto source = DirectorySource::Start(folder.root().string(), options,
                                         [this](const Batch& batch) { Take(batch); });
    REQUIRE(source.ok());
    source_ = *std::move(source);
  }
  ~Mesh() { source_.reset(); }

  // Waits until `wanted` holds; false when it never does.
  bool Await(const std::function<bool()>& wanted) {
    absl::MutexLock lock(&mu_);
    const auto holds = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return wanted(); };
    return mu_.AwaitWithTimeout(absl::Condition(&holds), kPatience);
  }
  bool AwaitComplete() {
    return Await([this] { return complete; });
  }
  // Objects as "name@file:line", with their host.
  using Objects = std::map<std::string, std::string>;
  bool AwaitObjects(const Objects& wanted) {
    const bool came = Await([&] { return objects == wanted; });
    if (!came) {
      absl::MutexLock lock(&mu_);
      CHECK(objects == wanted);
    }
    return came;
  }

  // Under the lock: only within Await().
  Objects objects;
  std::vector<std::string> findings;
  std::string status;
  bool complete = false;
  bool healthy = true;
  int batches = 0;
  int removals = 0;

  int Batches() {
    absl::MutexLock lock(&mu_);
    return batches;
  }
  int Removals() {
    absl::MutexLock lock(&mu_);
    return removals;
  }

 private:
  void Take(const Batch& batch) {
    absl::MutexLock lock(&mu_);
    for (const auto& object : batch.put) {
      const std::string file =
          fs::path(*object->origin.file).lexically_relative(folder_.root()).string();
      objects[object->key.name] = absl::StrCat(file, ":", object->origin.line);
    }
    for (const auto& key : batch.removed) objects.erase(key.name);
    findings.clear();
    for (const auto& finding : batch.findings) findings.push_back(finding.message);
    status = batch.status;
    complete = batch.complete;
    healthy = batch.healthy;
    removals += static_cast<int>(batch.removed.size());
    ++batches;
  }

  const Folder& folder_;
  absl::Mutex mu_;
  std::unique_ptr<DirectorySource> source_;
};

TEST_CASE("the first batch holds everything, at any depth, and no editors' files") {
  Folder folder;
  fs::create_directories(folder / "a/b/c");
  fs::create_directories(folder / ".hidden");
  Write(folder / "a/b/c/x.yaml", Rule("x"));
  Write(folder / "y.yml", Rule("xx"));
  Write(folder / "z.json",
        R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "z"}})");
  for (const char* name : {".s.yaml.swp", "s.yaml~", "#s.yaml#", "4913", "s.yaml.bak", "s.txt",
                           ".s.yaml", ".hidden/s.yaml"}) {
    Write(folder / name, Rule("s"));
  }
  Mesh mesh(folder);
  REQUIRE(mesh.AwaitComplete());
  CHECK(mesh.AwaitObjects({{"x", "a/b/c/x.yaml:1"}, {"xx", "y.yml:1"}, {"z", "z.json:1"}}));
  CHECK(mesh.Batches() == 1);
}

TEST_CASE("an empty directory is complete too") {
  Folder folder;
  Mesh mesh(folder);
  CHECK(mesh.AwaitComplete());
}

TEST_CASE("files that are written, changed and deleted are followed") {
  Folder folder;
  Mesh mesh(folder);
  REQUIRE(mesh.AwaitComplete());
  Write(folder / "a.yaml", Rule("x"));
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:1"}}));
  Write(folder / "a.yaml", "\n" + Rule("x") + "---\n" + Rule("xx"));
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:2"}, {"xx", "a.yaml:7"}}));
  fs::remove(folder / "a.yaml");
  CHECK(mesh.AwaitObjects({}));
}

TEST_CASE("a file that an editor replaces by renaming is never missing") {
  Folder folder;
  Write(folder / "a.yaml", Rule("x"));
  Mesh mesh(folder);
  REQUIRE(mesh.AwaitComplete());
  Write(folder / ".a.yaml.tmp", "\n" + Rule("x"));
  fs::rename(folder / ".a.yaml.tmp", folder / "a.yaml");
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:2"}}));
  // As vim does: the old one is moved away first.
  fs::rename(folder / "a.yaml", folder / "a.yaml~");
  Write(folder / "a.yaml", "\n\n" + Rule("x"));
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:3"}}));
  // The file itself gets another name.
  fs::rename(folder / "a.yaml", folder / "b.yaml");
  REQUIRE(mesh.AwaitObjects({{"x", "b.yaml:3"}}));
  CHECK(mesh.Removals() == 0);
}

TEST_CASE("a file that is written in parts counts when it is closed") {
  Folder folder;
  Write(folder / "a.yaml", Rule("x") + "---\n" + Rule("xx"));
  Mesh mesh(folder);
  REQUIRE(mesh.AwaitComplete());
  std::ofstream writer(folder / "a.yaml");
  writer << Rule("x") << std::flush;
  // Another file shows that time has passed and the parts were not read.
  Write(folder / "b.yaml", Rule("z"));
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:1"}, {"xx", "a.yaml:6"}, {"z", "b.yaml:1"}}));
  writer << "---\n\n" << Rule("xx");
  writer.close();
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:1"}, {"xx", "a.yaml:7"}, {"z", "b.yaml:1"}}));
  CHECK(mesh.Removals() == 0);
}

TEST_CASE("a file whose writer never closes it is read after a while") {
  Folder folder;
  DirectorySource::Options options;
  options.held = absl::Milliseconds(50);
  Mesh mesh(folder, options);
  REQUIRE(mesh.AwaitComplete());
  std::ofstream writer(folder / "a.yaml");
  writer << Rule("x") << std::flush;
  CHECK(mesh.AwaitObjects({{"x", "a.yaml:1"}}));
}

TEST_CASE("a volume that Kubernetes swaps by its ..data link changes as one") {
  Folder folder;
  fs::create_directory(folder / "..2024_1");
  Write(folder / "..2024_1/a.yaml", Rule("x"));
  Write(folder / "..2024_1/b.yaml", Rule("xx"));
  fs::create_symlink("..2024_1", folder / "..data");
  fs::create_symlink("..data/a.yaml", folder / "a.yaml");
  fs::create_symlink("..data/b.yaml", folder / "b.yaml");
  DirectorySource::Options options;
  options.heartbeat = absl::Hours(1);  // no help from looking around
  Mesh mesh(folder, options);
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:1"}, {"xx", "b.yaml:1"}}));

  fs::create_directory(folder / "..2024_2");
  Write(folder / "..2024_2/a.yaml", "\n" + Rule("x"));
  Write(folder / "..2024_2/b.yaml", "\n" + Rule("xx"));
  fs::create_symlink("..2024_2", folder / "..data_tmp");
  fs::rename(folder / "..data_tmp", folder / "..data");
  fs::remove_all(folder / "..2024_1");
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:2"}, {"xx", "b.yaml:2"}}));
  CHECK(mesh.Removals() == 0);
}

TEST_CASE("folders that come, go, and are links are followed") {
  Folder folder;
  Mesh mesh(folder);
  REQUIRE(mesh.AwaitComplete());
  fs::create_directories(folder / "a/b");
  Write(folder / "a/b/x.yaml", Rule("x"));
  REQUIRE(mesh.AwaitObjects({{"x", "a/b/x.yaml:1"}}));
  Write(folder / "a/b/y.yaml", Rule("xx"));
  REQUIRE(mesh.AwaitObjects({{"x", "a/b/x.yaml:1"}, {"xx", "a/b/y.yaml:1"}}));
  fs::rename(folder / "a", folder / "c");
  REQUIRE(mesh.AwaitObjects({{"x", "c/b/x.yaml:1"}, {"xx", "c/b/y.yaml:1"}}));
  CHECK(mesh.Removals() == 0);
  fs::rename(folder / "c", folder.beside("away"));
  REQUIRE(mesh.AwaitObjects({}));
  fs::create_directory_symlink(folder.beside("away"), folder / "d");
  REQUIRE(mesh.AwaitObjects({{"x", "d/b/x.yaml:1"}, {"xx", "d/b/y.yaml:1"}}));
  Write(folder.beside("away") / "b/x.yaml", "\n" + Rule("x"));
  REQUIRE(mesh.AwaitObjects({{"x", "d/b/x.yaml:2"}, {"xx", "d/b/y.yaml:1"}}));
  fs::remove(folder / "d");
  CHECK(mesh.AwaitObjects({}));
}

TEST_CASE("a link that leads back up is not followed for ever") {
  Folder folder;
  fs::create_directory(folder / "a");
  Write(folder / "a/x.yaml", Rule("x"));
  fs::create_directory_symlink("..", folder / "a/up");
  Mesh mesh(folder);
  CHECK(mesh.AwaitObjects({{"x", "a/x.yaml:1"}}));
}

TEST_CASE("a directory that vanishes removes nothing, and says so until it is back") {
  Folder folder;
  for (int i = 0; i < 200; ++i) {
    Write(folder / absl::StrCat("f", i, ".yaml"), Rule(absl::StrCat("r", i)));
  }
  DirectorySource::Options options;
  options.heartbeat = absl::Milliseconds(20);
  options.settle = absl::Seconds(1);
  Mesh mesh(folder, options);
  REQUIRE(mesh.AwaitComplete());

  const std::string gone =
      absl::StrCat("the directory ", folder.root().string(), " does not exist");
  SECTION("moved away and back") {
    fs::rename(folder.root(), folder.beside("away"));
    REQUIRE(mesh.Await([&] { return !mesh.healthy && mesh.status == gone; }));
    fs::rename(folder.beside("away"), folder.root());
    REQUIRE(mesh.Await([&] { return mesh.healthy; }));
    CHECK(mesh.Removals() == 0);
  }
  SECTION("deleted, made again empty, and filled with less than before") {
    fs::remove_all(folder.root());
    REQUIRE(mesh.Await([&] { return !mesh.healthy && mesh.status == gone; }));
    fs::create_directory(folder.root());
    REQUIRE(mesh.Await([&] {
      return mesh.status ==
             absl::StrCat("the directory ", folder.root().string(), " has come back empty");
    }));
    CHECK(mesh.Removals() == 0);
    Write(folder / "f0.yaml", "\n" + Rule("r0"));
    REQUIRE(mesh.Await([&] { return mesh.healthy && mesh.objects.at("r0") == "f0.yaml:2"; }));
    // Once it has been quiet, what is missing is believed to be deleted.
    CHECK(mesh.AwaitObjects({{"r0", "f0.yaml:2"}}));
  }
}

TEST_CASE("a file that is being written when its directory comes back is waited for") {
  const Folder folder;
  Write(folder / "a.yaml", Rule("x"));
  Mesh mesh(folder);
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:1"}}));
  fs::rename(folder.root(), folder.beside("away"));
  REQUIRE(mesh.Await([&] { return !mesh.healthy; }));
  std::ofstream writer(folder.beside("away") / "a.yaml");
  writer << Rule("w") << std::flush;  // sound as far as it goes
  fs::rename(folder.beside("away"), folder.root());
  REQUIRE(mesh.Await([&] { return mesh.healthy; }));
  CHECK(mesh.Removals() == 0);
  writer << "---\n" << Rule("x");
  writer.close();
  CHECK(mesh.AwaitObjects({{"x", "a.yaml:6"}, {"w", "a.yaml:1"}}));
  CHECK(mesh.Removals() == 0);
}

TEST_CASE("a directory that is not there yet is waited for") {
  Folder folder;
  fs::remove(folder.root());
  DirectorySource::Options options;
  options.heartbeat = absl::Milliseconds(20);
  Mesh mesh(folder, options);
  REQUIRE(mesh.Await([&] { return !mesh.healthy; }));
  CHECK_FALSE(mesh.complete);
  fs::create_directory(folder.beside("new"));
  Write(folder.beside("new") / "a.yaml", Rule("x"));
  fs::rename(folder.beside("new"), folder.root());
  CHECK(mesh.AwaitObjects({{"x", "a.yaml:1"}}));
  CHECK(mesh.AwaitComplete());
}

TEST_CASE("a directory that is swapped for another is that other at once") {
  Folder folder;
  Write(folder / "a.yaml", Rule("x"));
  fs::rename(folder.root(), folder.beside("one"));
  fs::create_directory(folder.beside("two"));
  Write(folder.beside("two") / "b.yaml", Rule("xx"));
  fs::create_directory_symlink("one", folder.root());
  DirectorySource::Options options;
  options.heartbeat = absl::Milliseconds(20);
  Mesh mesh(folder, options);
  REQUIRE(mesh.AwaitObjects({{"x", "a.yaml:1"}}));
  fs::create_directory_symlink("two", folder.beside("link"));
  fs::rename(folder.beside("link"), folder.root());
  CHECK(mesh.AwaitObjects({{"xx", "b.yaml:1"}}));
}

TEST_CASE("what is no file, leads nowhere or is too large is told and removes nothing") {
  Folder folder;
  DirectorySource::Options options;
  options.parse.max_bytes = 1000;
  options.heartbeat = absl::Milliseconds(20);
  Write(folder / "large.yaml", Rule("x"));
  Write(folder / "target", Rule("xx"));
  fs::create_symlink("target", folder / "link.yaml");
  REQUIRE(::mkfifo((folder / "pipe.yaml").c_str(), 0600) == 0);
  Mesh mesh(folder, options);
  REQUIRE(mesh.AwaitObjects({{"x", "large.yaml:1"}, {"xx", "link.yaml:1"}}));

  Write(folder / "large.yaml", std::string(1001, '#'));
  fs::remove(folder / "target");
  const std::vector<std::string> wanted = {
      "the file has 1001 bytes; allowed are 1000; its objects stay in effect",
      "the file is a link to a file that does not exist; its objects stay in effect",
      "the file is not a regular file"};
  CHECK(mesh.Await([&] { return mesh.findings == wanted; }));
  CHECK(mesh.Removals() == 0);
}

TEST_CASE("when changes come faster than they can be read, all is read again") {
  Folder folder;
  absl::Notification entered, released;
  absl::Mutex mu;
  std::map<std::string, std::string> hosts;  // guarded by mu
  auto source = DirectorySource::Start(folder.root().string(), {}, [&](const Batch& batch) {
    {
      absl::MutexLock lock(&mu);
      for (const auto& object : batch.put) hosts[object->key.name] = object->origin.ToString();
    }
    if (!entered.HasBeenNotified()) entered.Notify();
    released.WaitForNotification();  // meanwhile nobody reads the kernel's queue
  });
  REQUIRE(source.ok());
  entered.WaitForNotification();
  int queue = 16384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue;
  if (queue <= 20'000) {
    // Alternating names, for the kernel folds equal neighbours.
    Write(folder / "0.yaml", "");
    Write(folder / "1.yaml", "");
    for (int i = 0; i < queue; ++i)
      fs::rename(folder / "0.yaml", folder / "2.yaml"),
          fs::rename(folder / "2.yaml", folder / "0.yaml");
  }
  Write(folder / "late.yaml", Rule("late"));
  released.Notify();
  absl::MutexLock lock(&mu);
  const auto came = [&] { return hosts.contains("late"); };
  CHECK(mu.AwaitWithTimeout(absl::Condition(&came), kPatience));
}

TEST_CASE("a source can be ended at any time") {
  Folder folder;
  for (int i = 0; i < 50; ++i) {
    Write(folder / absl::StrCat("f", i, ".yaml"), Rule(absl::StrCat("r", i)));
  }
  for (int i = 0; i < 20; ++i) {
    Mesh mesh(folder);
    Write(folder / "f0.yaml", Rule("r0", absl::StrCat("h", i)));
  }
  SUCCEED();
}

}  // namespace
}  // namespace binnacle::sources
