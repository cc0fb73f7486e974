using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Supervision.Triggers;

namespace Tspm.Tests.Supervision.Triggers;

/// <summary>What is watched, and what of it does not count, from facts about paths alone.</summary>
[Timeout(30_000)]
internal sealed class WatchedFilesTests
{
    static readonly ProcessConfig s_web = new() { Name = "web", Command = "web", ProjectDir = "/srv" };

    static WatchedFiles Of(
        ProcessConfig config, string[]? existing = null, Dictionary<string, string>? links = null) =>
        new(config, "/home/u/.tspm", ["/var/log/web.log"],
            new PathFacts(new HashSet<string>(existing ?? []), links ?? []));

    [Test]
    [Arguments("src", "/srv/src", false)]
    [Arguments("/etc/web/", "/etc/web", false)]
    [Arguments("*.js", "/srv", true)]
    [Arguments("src/*.js", "/srv/src", true)]
    [Arguments("odd[1]", "/srv/odd[1]", false)]
    public async Task A_pattern_is_one_unless_a_file_has_that_name(
        string text, string path, bool isPattern, CancellationToken cancellation)
    {
        var watched = Of(s_web with { WatchPaths = [text] }, existing: ["/srv/odd[1]"]).Paths.Single();
        await Assert.That(watched.Path).IsEqualTo(path);
        await Assert.That(watched.Wants(Path.Combine(path, "x.js"))).IsTrue();
        await Assert.That(watched.Wants(Path.Combine(path, "x.txt"))).IsEqualTo(!isPattern);
    }

    [Test]
    [Arguments("/srv/app.js", false)]
    [Arguments("/srv/.git", true)]
    [Arguments("/home/u/.tspm/run/1.0.0.json", true)]
    [Arguments("/data/tspm/x", false)]
    [Arguments("/data/tspm/state/x", true)]
    [Arguments("/srv/state/x", true)]
    [Arguments("/var/log/web.log", true)]
    [Arguments("/var/log/web.log.1", true)]
    [Arguments("/var/log/web.logs", false)]
    public async Task Our_own_files_never_count_under_whatever_name(
        string path, bool isIgnored, CancellationToken cancellation)
    {
        // The home is a link, and the watched folder is one that leads to where the home lies.
        var links = new Dictionary<string, string>
        {
            ["/home/u/.tspm"] = "/data/tspm/state",
            ["/srv"] = "/data/tspm",
        };
        await Assert.That(Of(s_web, links: links).IsIgnored(path)).IsEqualTo(isIgnored);
    }

    [Test]
    public async Task All_that_it_depends_on_is_asked_for(CancellationToken cancellation) =>
        await Assert.That(WatchedFiles.PathsToLookUp(
            s_web with { WatchPaths = ["src/*.js", "lib/"] }, "/home/u/.tspm", ["/var/log/web.log"]))
            .IsEquivalentTo(["/home/u/.tspm", "/var/log/web.log", "/srv/src/*.js", "/srv/src", "/srv/lib"]);
}
