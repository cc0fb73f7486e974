using Tspm.Logs.Files;
using Tspm.Logs.Index;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs.Files;

/// <summary>Old files by their numbers.</summary>
[Timeout(60_000)]
internal sealed class RotatedLogsTests
{
    [Test]
    public async Task All_move_up_each_as_what_it_is_and_number_one_is_free(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("läg.log", "");
        foreach (var name in new[] { ".1", ".2.gz", ".3", ".10.gz" }) File.WriteAllText(log + name, name);
        await Assert.That(RotatedLogs.MoveUp(log)).IsNull();
        await Assert.That(Old(log)).IsEqualTo(".10.gz=.10.gz .2=.1 .3.gz=.2.gz .4=.3");
    }

    [Test]
    public async Task Of_a_number_that_is_there_twice_the_compressed_file_counts(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("a.log", "");
        foreach (var name in new[] { ".1", ".1.gz", ".2" }) File.WriteAllText(log + name, name);
        await Assert.That(RotatedLogs.Find(log, 1)).IsEqualTo(log + ".1.gz");
        await Assert.That(RotatedLogs.Find(log, 2)).IsEqualTo(log + ".2");
        await Assert.That(RotatedLogs.Find(log, 3)).IsNull();
        // Looking changes nothing: while files are moved up two may seem to have one number, and whoever removed one
        // would remove another's.
        await Assert.That(Old(log)).IsEqualTo(".1=.1 .1.gz=.1.gz .2=.2");
        await Assert.That(RotatedLogs.MoveUp(log)).IsNull();
        await Assert.That(Old(log)).IsEqualTo(".2.gz=.1.gz .3=.2");
        File.WriteAllText(log + ".2", "died before it was removed");
        RotatedLogs.RemoveAbove(log, 2);
        await Assert.That(Old(log)).IsEqualTo(".2=died before it was removed .2.gz=.1.gz");
        RotatedLogs.RemoveAbove(log, 1);
        await Assert.That(Old(log)).IsEmpty();
    }

    [Test]
    public async Task All_that_belongs_to_a_log_is_removed_with_it(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("a.log", "");
        foreach (var name in new[] { ".1", ".1.gz", ".2", LogIndex.Suffix }) File.WriteAllText(log + name, name);
        await Assert.That(RotatedLogs.RemoveAll(log)).IsNull();
        await Assert.That(Directory.GetFiles(Path.GetDirectoryName(log)!)).IsEmpty();
    }

    /// <summary>A daemon died in the middle of a rotation, and one number is free.</summary>
    [Test]
    public async Task What_lies_behind_a_free_number_is_removed_and_renamed_too(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("a.log", "");
        foreach (var name in new[] { ".1", ".3", ".4.gz", ".new" }) File.WriteAllText(log + name, name);
        await Assert.That(RotatedLogs.Companions(log).Select(file =>
            file[log.Length..])).IsEquivalentTo([".4.gz", ".3", ".1", LogIndex.Suffix]);
        RotatedLogs.RemoveAbove(log, 3);
        await Assert.That(Old(log)).IsEqualTo(".1=.1 .3=.3 .new=.new");
        await Assert.That(RotatedLogs.RemoveAll(log)).IsNull();
        await Assert.That(Directory.GetFiles(Path.GetDirectoryName(log)!)).IsEmpty();
    }

    /// <summary>With a thousand kept, each rotation would otherwise be half a megabyte of garbage.</summary>
    [Test]
    public async Task Moving_up_leaves_no_garbage(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("a.log", "");
        for (var number = 1; number <= 200; number++)
            File.WriteAllText($"{log}.{number}{(number % 2 == 0 ? ".gz" : "")}", "");
        _ = RotatedLogs.MoveUp(log);
        File.WriteAllText(log + ".1", "");
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = RotatedLogs.MoveUp(log);
        RotatedLogs.RemoveAbove(log, 201);
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsLessThan(1000);
        await Assert.That(RotatedLogs.OldestFirst(log)).IsEmpty();
        await Assert.That(Directory.GetFiles(Path.GetDirectoryName(log)!).Length).IsEqualTo(201);
    }

    static string Old(string log) =>
        string.Join(' ',
            Directory.GetFiles(Path.GetDirectoryName(log)!,
                Path.GetFileName(log) + ".*").Where(file => file != log).Order(StringComparer.Ordinal).Select(file =>
                    $"{file[log.Length..]}={File.ReadAllText(file)}"));
}
