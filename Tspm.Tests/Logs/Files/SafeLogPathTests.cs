using System.Globalization;
using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform.Linux;
using Tspm.Tests.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Logs.Files;

/// <summary>Who can write to a folder does not decide where the daemon writes. Only root can try it.</summary>
[Timeout(60_000)]
internal sealed class SafeLogPathTests
{
    const int Bob = 47_011, Carol = 47_012;

    static async Task Give(string path, int user, CancellationToken cancellation)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        (await Programs.Run("/bin/chown", ["-h", $"{number}:{number}", path], new Dictionary<string, string>(), "/",
            cancellation)).Exits(0);
    }

    static async Task<string> FolderOf(int user, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(path);
        await Give(path, user, cancellation);
        return path;
    }

    static async Task LinkOf(int user, string path, string target, CancellationToken cancellation)
    {
        File.CreateSymbolicLink(path, target);
        await Give(path, user, cancellation);
    }

    static string? Refusal(string path, string? root = null)
    {
        using var opened = LogFileOpening.Open(path, root, [], out var errno, out var refusal);
        return opened.IsOpen ? null : refusal ?? Errno.Describe(errno);
    }

    [Test]
    public async Task A_link_in_another_users_folder_is_not_followed(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var (bobs, victim) = (await FolderOf(Bob, box.At("bob"), cancellation), box.At("victim"));
        var log = bobs + "/out.log";
        await LinkOf(Bob, log, victim, cancellation);
        await Assert.That(Refusal(log)).IsEqualTo(
            $"{log} is a link that uid {Bob} made, not this user (uid 0), and it leads to {box.Path}; "
            + "remove the link, or choose another file for the log");
        await Assert.That(File.Exists(victim)).IsFalse();
        File.WriteAllText(victim, "precious");
        await Assert.That(Refusal(log)).Contains("is a link that uid");
    }

    [Test]
    public async Task A_second_name_of_a_file_and_a_third_users_file_are_refused_there(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var (bobs, victim) = (await FolderOf(Bob, box.At("bob"), cancellation), box.Write("victim", "precious"));
        _ = Unistd.link(victim, bobs + "/out.log");
        await Assert.That(Refusal(bobs + "/out.log")).Contains("has 2 names (hard links)");
        File.WriteAllText(bobs + "/carols.log", "");
        await Give(bobs + "/carols.log", Carol, cancellation);
        await Assert.That(Refusal(bobs + "/carols.log")).Contains($"belongs to uid {Carol}");
        File.WriteAllText(bobs + "/bobs.log", "");
        await Give(bobs + "/bobs.log", Bob, cancellation);
        await Assert.That(Refusal(bobs + "/bobs.log")).IsNull();
    }

    [Test]
    public async Task A_link_on_the_way_leads_only_into_a_folder_of_its_maker(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var bobs = await FolderOf(Bob, box.At("bob"), cancellation);
        await FolderOf(Bob, box.At("bobs-logs"), cancellation);
        var roots = Directory.CreateDirectory(box.At("root")).FullName;
        await LinkOf(Bob, bobs + "/to-root", "../root", cancellation);
        await LinkOf(Bob, bobs + "/to-bob", box.At("bobs-logs"), cancellation);
        await Assert.That(Refusal(bobs + "/to-root/out.log", bobs))
            .Contains($"{bobs}/to-root is a link that uid {Bob}");
        await Assert.That(Refusal(bobs + "/to-root/new/out.log", bobs)).Contains($"{bobs}/to-root is a link");
        await Assert.That(Directory.EnumerateFileSystemEntries(roots)).IsEmpty();
        await Assert.That(Refusal(bobs + "/to-bob/out.log")).IsNull();
        await Assert.That(File.Exists(box.At("bobs-logs/out.log"))).IsTrue();
    }

    /// <summary>A folder with the log of another, at the end of a link that Bob made.</summary>
    static async Task<(string Log, string[] Victims)> Redirect(TemporaryFolder box, CancellationToken cancellation)
    {
        var bobs = await FolderOf(Bob, box.At("bob"), cancellation);
        Directory.CreateDirectory(box.At("root"));
        string[] victims = [.. new[] { "", ".1", ".2.gz", ".index", ".new" }.Select(end =>
            box.Write("root/out.log" + end, "precious"))];
        await LinkOf(Bob, bobs + "/logs", box.At("root"), cancellation);
        return (bobs + "/logs/out.log", victims);
    }

    [Test]
    public async Task Nothing_is_removed_behind_another_users_link(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var (log, victims) = await Redirect(box, cancellation);
        await Assert.That(RotatedLogs.RemoveAll(log)).Contains($"{box.At("bob")}/logs is a link that uid {Bob} made");
        await Assert.That(victims.All(File.Exists)).IsTrue();
        // A link in the place of the log is removed, and what it leads to is not.
        await LinkOf(Bob, box.At("bob/direct.log"), victims[0], cancellation);
        await Assert.That(RotatedLogs.RemoveAll(box.At("bob/direct.log"))).IsNull();
        await Assert.That((File.Exists(victims[0]), File.Exists(box.At("bob/direct.log")))).IsEqualTo((true, false));
        await Assert.That(RotatedLogs.RemoveAll(box.At("no/such/folder/out.log"))).IsNull();
    }

    [Test]
    [Arguments(true), Arguments(false)]
    public async Task Nothing_is_renamed_behind_another_users_link(bool isSource, CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var (log, victims) = await Redirect(box, cancellation);
        var (own, second) = (box.Write("own.log", "own"), box.Write("first.log", "first"));
        var (from, to) = isSource ? (log, own + ".to") : (own, log);
        await Assert.That(LogRename.All([(second, second + ".to"), (from, to)], again: false, static _ => false))
            .StartsWith($"the log {from} could not be renamed: {box.At("bob")}/logs is a link that uid {Bob} made");
        await Assert.That(victims.All(static victim => File.ReadAllText(victim) == "precious")).IsTrue();
        await Assert.That((File.ReadAllText(own), File.ReadAllText(second))).IsEqualTo(("own", "first"));
    }

    static LogFile Open(string path, string opened) => new(
        path, Descriptors.Open(opened, Fcntl.O_RDWR), LogPolicy.Default with { Keep = 1 },
        DropCounter.None, TimeProvider.System);

    [Test]
    public async Task Nothing_is_rotated_emptied_or_compressed_behind_another_users_link(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var (log, victims) = await Redirect(box, cancellation);
        var empty = box.Write("root/empty.log", "");
        var before = Directory.GetFileSystemEntries(box.At("root"));
        var file = Open(log, box.Write("own.log", "own"));
        await Assert.That(LogCompression.Begin(file, firstNumber: 1)).IsNull();
        await Assert.That(file.Rotate()).IsFalse();
        file.Flush();
        LogFileOpening.RemoveMade([box.At("bob/logs/empty.log")]);
        await Assert.That(LogHousekeeper.Remove(new TotalLimit(box.At("bob/logs"), maxBytes: 1).Choose())).IsTrue();
        file.Close();
        await Assert.That(victims.All(static victim => File.ReadAllText(victim) == "precious")).IsTrue();
        await Assert.That(Directory.GetFileSystemEntries(box.At("root"))).IsEquivalentTo(before);
        await Assert.That(File.Exists(empty)).IsTrue();
    }

    [Test]
    public async Task What_is_compressed_is_put_where_it_was_found(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var bobs = await FolderOf(Bob, box.At("bob"), cancellation);
        await FolderOf(Bob, bobs + "/logs", cancellation);
        var log = box.Write("bob/logs/out.log", "new");
        File.WriteAllText(log + ".1", "old");
        Directory.CreateDirectory(box.At("root"));
        string[] victims = [.. new[] { ".1", ".1.gz.tmp" }.Select(
            end => box.Write("root/out.log" + end, "precious"))];
        var file = Open(log, log);
        using var compression = LogCompression.Begin(file, firstNumber: 1)!;
        Directory.Move(bobs + "/logs", bobs + "/moved");
        await LinkOf(Bob, bobs + "/logs", box.At("root"), cancellation);
        compression.Run(cancellation);
        await Assert.That(compression.PutInPlace()).IsTrue();
        file.Close();
        await Assert.That((File.Exists(bobs + "/moved/out.log.1"), File.Exists(bobs + "/moved/out.log.1.gz")))
            .IsEqualTo((false, true));
        await Assert.That(victims.All(static victim => File.ReadAllText(victim) == "precious")).IsTrue();
        await Assert.That(Directory.GetFiles(box.At("root")).Length).IsEqualTo(victims.Length);
    }

    [Test]
    public async Task A_rename_opens_each_folder_once_and_leaves_none_open(CancellationToken cancellation)
    {
        using var box = new TemporaryFolder();
        (string From, string To)[] logs = [.. Enumerable.Range(0, 20).Select(
            number => (box.Write($"{number}.log", "x"), box.At($"new{number}.log")))];
        await Assert.That(LogRename.All(logs, again: false, static _ => false)).IsNull();
        await Assert.That(logs.All(static log => File.Exists(log.To))).IsTrue();
        await Assert.That(Directory.GetFiles("/proc/self/fd").Concat(Directory.GetDirectories("/proc/self/fd"))
            .Count(descriptor => new FileInfo(descriptor).LinkTarget == box.Path)).IsEqualTo(0);
    }

    [Test]
    public async Task What_is_no_file_is_not_removed_with_the_logs(CancellationToken cancellation)
    {
        using var box = new TemporaryFolder();
        (await Programs.Run("/usr/bin/mkfifo", [box.At("fifo")], new Dictionary<string, string>(), "/", cancellation))
            .Exits(0);
        File.CreateSymbolicLink(box.At("null"), "/dev/null");
        File.CreateSymbolicLink(box.At("dangling"), "nowhere");
        foreach (var name in (string[])["fifo", "null", "dangling"])
            await Assert.That(RotatedLogs.RemoveAll(box.At(name))).IsNull();
        await Assert.That(Directory.GetFileSystemEntries(box.Path))
            .IsEquivalentTo([box.At("fifo"), box.At("null")]);
        using var way = SafeLogPath.ToFolderOf("/dev/stdout");
        await Assert.That(way!.IsOfKernel).IsTrue();
        using var shared = SafeLogPath.ToFolderOf("/dev/shm/app.log");
        await Assert.That(shared?.IsOfKernel ?? false).IsFalse();
    }

    [Test]
    public async Task Links_of_ones_own_and_devices_are_ways_to_a_log(CancellationToken cancellation)
    {
        using var box = new TemporaryFolder();
        Directory.CreateDirectory(box.At("var/app"));
        Directory.CreateSymbolicLink(box.At("logs"), "var/./app/../app");
        File.CreateSymbolicLink(box.At("var/app/out.log"), box.At("var/real.log"));
        await Assert.That(Refusal(box.At("logs/out.log"))).IsNull();
        await Assert.That(File.Exists(box.At("var/real.log"))).IsTrue();
        await Assert.That(Refusal(box.At("logs/deep/er/out.log"), box.Path)).IsNull();
        await Assert.That(File.Exists(box.At("var/app/deep/er/out.log"))).IsTrue();
        File.CreateSymbolicLink(box.At("round"), "round");
        await Assert.That(Refusal(box.At("round"))).Contains("symbolic links");
        await Assert.That(Refusal("/dev/null")).IsNull();
        var pipe = new int[2];
        Open(pipe);
        await Assert.That(Refusal($"/dev/fd/{pipe[1]}")).IsNull();
        foreach (var end in pipe) _ = Unistd.close(end);
    }

    static unsafe void Open(int[] pipe)
    {
        fixed (int* ends = pipe) _ = Unistd.pipe2(ends, Fcntl.O_CLOEXEC);
    }

    [Test]
    public async Task A_folder_that_is_made_in_a_users_folder_is_the_users(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var box = new TemporaryFolder();
        var bobs = await FolderOf(Bob, box.At("bob"), cancellation);
        await Assert.That(Refusal(bobs + "/logs/out.log", bobs)).IsNull();
        await Assert.That(Tspm.Platform.FileSystem.OwnerOf(bobs + "/logs")).IsEqualTo((uint)Bob);
        await Assert.That(Tspm.Platform.FileSystem.OwnerOf(bobs + "/logs/out.log")).IsEqualTo(0u);
    }

    [Test]
    public async Task A_log_that_becomes_a_link_while_it_is_written_is_a_trouble(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        using var bench = new PumpBench();
        var logs = await FolderOf(Bob, bench.At("logs"), cancellation);
        var (log, victim, second) = (logs + "/out.log", bench.At("victim"), bench.At("victim2"));
        await LinkOf(Bob, log + ".index", second, cancellation);
        var run = bench.OpenRun("logs/out.log");
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("one\n");
        await bench.FileIs("logs/out.log", "one\n"u8.ToArray(), cancellation);
        File.Delete(log);
        await LinkOf(Bob, log, victim, cancellation);
        while (!bench.Pump.Troubles.Any(trouble => trouble.Contains($"{log} is a link that uid {Bob} made")))
        {
            stdout.Write("two\n");
            await Task.Delay(10, cancellation);
        }
        await Assert.That(File.Exists(victim) || File.Exists(second)).IsFalse();
        File.Delete(log);
        while (!File.Exists(log)) await Task.Delay(10, cancellation);
    }
}
