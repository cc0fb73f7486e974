using Tspm.Logs.Files;
using Tspm.Logs.Index;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs.Files;

/// <summary>
/// Logs that get another name, whole or not at all, and whole when a daemon that died had got anywhere with it.
/// </summary>
[Timeout(30_000)]
internal sealed class LogRenameTests
{
    static readonly string[] Parts = [".3.gz", ".2", ".1", LogIndex.Suffix, ""];

    [Test]
    public async Task What_a_dead_daemon_had_begun_is_finished_from_every_file_on(CancellationToken cancellation)
    {
        for (var moved = 0; moved <= Parts.Length; moved++)
        {
            using var folder = new TemporaryFolder();
            var (from, to) = Logs(folder);
            foreach (var part in Parts[..moved]) File.Move(from + part, to + part);
            await Assert.That(LogRename.All([(from, to)], again: true, static _ => false)).IsNull();
            await Assert.That(Content(folder)).IsEqualTo("b=a b.1=a.1 b.2=a.2 b.3.gz=a.3.gz b.index=a.index")
                .Because($"{moved} had been moved");
        }
    }

    /// <summary>Somebody's log has the new name; the dead daemon may have kept some files of it already.</summary>
    [Test]
    public async Task A_strangers_log_is_kept_wherever_a_dead_daemon_had_got_to(CancellationToken cancellation)
    {
        string[] order = [".2", ".1", LogIndex.Suffix, ""];
        for (var kept = 0; kept <= order.Length; kept++)
        {
            using var folder = new TemporaryFolder();
            var (from, to) = Logs(folder);
            foreach (var part in order) File.WriteAllText(to + part, "stranger" + part);
            foreach (var part in order[..kept]) File.Move(to + part, to + part + ".kept-1");
            await Assert.That(LogRename.All([(from, to)], again: true, static _ => false)).IsNull();
            await Assert.That(Content(folder)).IsEqualTo(
                "b=a b.1=a.1 b.1.kept-1=stranger.1 b.2=a.2 b.2.kept-1=stranger.2 b.3.gz=a.3.gz b.index=a.index "
                    + "b.index.kept-1=stranger.index b.kept-1=stranger").Because($"{kept} had been kept");
        }
    }

    [Test]
    public async Task When_one_file_cannot_be_renamed_all_have_their_old_names(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var (from, _) = Logs(folder);
        var before = Content(folder);
        // With '.3.gz' it is as long as a name may be (man 3 pathconf: 255), and with '.index' longer.
        var to = Path.Combine(folder.Path, new string('b', 250));
        var other = folder.Write("other", "other");
        await Assert.That(LogRename.All([(other, other + "2"), (from, to)], again: false, static _ =>
            false)).Contains($"the log {from} could not be renamed");
        File.Delete(other);
        await Assert.That(Content(folder)).IsEqualTo(before);
    }

    static (string From, string To) Logs(TemporaryFolder folder)
    {
        foreach (var part in Parts) folder.Write("a" + part, "a" + part);
        return (Path.Combine(folder.Path, "a"), Path.Combine(folder.Path, "b"));
    }

    static string Content(TemporaryFolder folder) =>
        string.Join(' ',
            Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Select(file =>
            $"{Path.GetFileName(file)}={File.ReadAllText(file)}"));
}
