using System.Text.Json;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Tests.Storage;

/// <summary>Run records, atomic replacement, names of log files, paths of the home.</summary>
[Timeout(30_000)]
internal sealed class SmallFilesTests
{
    static readonly InstanceKey Key = new(3, 1);

    static RunRecord Of(int pid, string text = "") => new()
    {
        Common = new ProcessRecord { Next = text },
        Current = new ChildRecord { RunId = 1, Pid = pid },
    };

    /// <summary>
    /// In the present format, and in that of earlier versions, which a daemon writes until it is ready.
    /// </summary>
    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_run_record_comes_back_as_it_was(bool asFormat1, CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = new RunRecordStore(home.Home) { WritesFormat1 = asFormat1 };
        var record = JsonSerializer.Deserialize(
            File.ReadAllText(Path.Combine(Guards.Goldens.Folder, "RunRecord.json")), StorageJson.Compact.RunRecord)!;
        records.Save(Key, record);
        await Assert.That(records.Trouble).IsNull();
        var (first, second) = home.Home.RunRecordPaths(Key);
        var written = File.ReadAllText(File.Exists(first) ? first : second);
        await Assert.That(written.Contains("\"format\":2", StringComparison.Ordinal)).IsEqualTo(!asFormat1);
        await Assert.That(TextOf(records.LoadAll()[Key])).IsEqualTo(TextOf(record));
        records.Remove(Key);
        await Assert.That(records.LoadAll()).IsEmpty();
    }

    static string TextOf(RunRecord record) => JsonSerializer.Serialize(record, StorageJson.Default.RunRecord);

    /// <summary>Every member of the older format counts.</summary>
    [Test]
    public async Task A_record_of_format_1_is_read_whole(CancellationToken cancellation)
    {
        var golden = File.ReadAllText(Path.Combine(Guards.Goldens.Folder, "RunRecordV1.json"));
        var flat = JsonSerializer.Deserialize(golden, StorageJson.Compact.RunRecordV1)!;
        var again = RunRecordFormat1.Write(RunRecordFormat1.Read(flat));
        await Assert.That(JsonSerializer.Serialize(again, StorageJson.Default.RunRecordV1))
            .IsEqualTo(JsonSerializer.Serialize(flat, StorageJson.Default.RunRecordV1));
    }

    [Test]
    public async Task A_record_without_a_child_has_none_in_either_format(CancellationToken cancellation)
    {
        var record = new RunRecord { Common = new ProcessRecord { BootId = "b", Phase = "Waiting", LastRunId = 9 } };
        var again = RunRecordFormat1.Read(RunRecordFormat1.Write(record));
        await Assert.That((again.Current, again.Replacement, again.NewestRun)).IsEqualTo((null, null, 9UL));
        await Assert.That(TextOf(again)).IsEqualTo(TextOf(record));
    }

    [Test]
    public async Task A_record_torn_at_any_byte_leaves_the_one_before(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = new RunRecordStore(home.Home);
        records.Save(Key, Of(1, "the first, with a text that is longer than that of the next"));
        var (first, second) = home.Home.RunRecordPaths(Key);
        var older = File.Exists(first) ? first : second;
        var newer = older == first ? second : first;
        records.Save(Key, Of(2));
        await Assert.That(new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid).IsEqualTo(2);
        var whole = File.ReadAllBytes(newer);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(newer, whole[..length]);
            if (new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid != 1)
                throw new InvalidOperationException($"torn at {length}");
        }
        for (var at = 0; at < whole.Length; at++)
        {
            var broken = whole.ToArray();
            broken[at] ^= 0x40;
            File.WriteAllBytes(newer, broken);
            if (new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid != 1)
                throw new InvalidOperationException($"wrong at {at}");
        }
    }

    [Test]
    public async Task Records_of_any_length_follow_each_other_and_the_newest_is_read(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = new RunRecordStore(home.Home);
        var random = new Random(3);
        for (var pid = 1; pid < 300; pid++)
        {
            if (random.Next(5) == 0) records = new RunRecordStore(home.Home); // another daemon
            records.Save(Key, Of(pid, new string('r', random.Next(5000))));
            if (new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid != pid)
                throw new InvalidOperationException($"{pid} is not the newest");
        }
        await Assert.That(Directory.GetFiles(home.Home.RunFolder).Length).IsEqualTo(2);
    }

    [Test]
    public async Task What_is_no_record_is_passed_over(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        new RunRecordStore(home.Home).Save(Key, Of(5));
        foreach (var name in new[] { "election.lock", "strange.json", "4.0.0.json", "4.0.json", "x.y.0.json" })
            File.WriteAllText(Path.Combine(home.Home.RunFolder, name), "{}");
        await Assert.That(new RunRecordStore(home.Home).LoadAll().Keys).IsEquivalentTo([Key]);
    }

    [Test]
    public async Task A_record_that_cannot_be_written_is_said_and_not_thrown(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = new RunRecordStore(home.Home);
        var (first, second) = home.Home.RunRecordPaths(Key);
        Directory.CreateDirectory(first); // in the way
        Directory.CreateDirectory(second);
        records.Save(Key, new RunRecord());
        await Assert.That(records.Trouble).IsNotNull();
        Directory.Delete(first);
        Directory.Delete(second);
        records.Save(Key, new RunRecord());
        await Assert.That(records.Trouble).IsNull();
    }

    [Test]
    public async Task A_record_that_could_not_be_written_is_written_when_it_can_be_and_who_waits_for_that_is_told(
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var retries = new Queue<Action>();
        var records = new RunRecordStore(home.Home) { RetryLater = retries.Enqueue };
        var (first, second) = home.Home.RunRecordPaths(Key);
        Directory.CreateDirectory(first); // in the way
        Directory.CreateDirectory(second);
        records.Save(Key, new RunRecord { Common = new ProcessRecord { Restarts = 1 } });
        records.Save(Key, new RunRecord { Common = new ProcessRecord { Restarts = 2 } });
        var told = 0;
        records.WhenAllSaved(() => told++);
        await Assert.That(retries.Count).IsEqualTo(1);
        retries.Dequeue()();
        await Assert.That(told).IsEqualTo(0);
        Directory.Delete(first);
        Directory.Delete(second);
        retries.Dequeue()();
        await Assert.That(retries).IsEmpty();
        await Assert.That(told).IsEqualTo(1);
        await Assert.That(new RunRecordStore(home.Home).LoadAll()[Key].Common.Restarts).IsEqualTo(2);
        records.WhenAllSaved(() => told++);
        await Assert.That(told).IsEqualTo(2);
    }

    [Test]
    public async Task Fifos_say_whose_they_are(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        File.WriteAllText(home.Home.FifoPath(Key, 77, "err"), "");
        new RunRecordStore(home.Home).Save(Key, new RunRecord());
        await Assert.That(new RunRecordStore(home.Home).Fifos().Single())
            .IsEqualTo((Key, 77UL, "err", home.Home.FifoPath(Key, 77, "err")));
    }

    [Test]
    public async Task A_reader_sees_the_old_content_or_the_new_one(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var path = home.Home.PathTo("file");
        AtomicFile.Write(path, new byte[4096], durable: false);
        var writer = Task.Run(() =>
        {
            for (var i = 1; i < 300; i++)
                AtomicFile.Write(path, Enumerable.Repeat((byte)i, 4096 + i).ToArray(), durable: i % 100 == 0);
        }, cancellation);
        while (!writer.IsCompleted)
        {
            var content = File.ReadAllBytes(path);
            if (content.Length < 4096 || content.Any(one => one != content[0]))
                throw new InvalidOperationException("a mixture was read");
        }
        await writer;
        await Assert.That(File.Exists(path + ".tmp")).IsFalse();
        await Assert.That(File.GetUnixFileMode(path)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    [Arguments("web", "web")]
    [Arguments("my app", "my app")]
    [Arguments("a/b", "a%2Fb")]
    [Arguments("web~0", "web%7E0")]
    [Arguments("100%", "100%25")]
    [Arguments(".hidden", "%2Ehidden")]
    [Arguments("..", "%2E.")]
    [Arguments("größe", "größe")]
    [Arguments("日本", "日本")]
    [Arguments("🚀", "%F0%9F%9A%80")]
    [Arguments("a*b?", "a%2Ab%3F")]
    [Arguments("it's", "it%27s")]
    public async Task Names_become_safe_file_names(string name, string file, CancellationToken cancellation) =>
        await Assert.That(LogFileName.Encode(name)).IsEqualTo(file);

    [Test]
    public async Task No_two_names_share_a_file(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        string[] pieces = ["a", "b", "~", "%", "7E", "0", ".", "out", "log", "/", "%7E", "2", "err", " "];
        var names = (from x in pieces from y in pieces from z in pieces select x + y + z).Distinct().ToList();
        var files = new Dictionary<string, string>();
        foreach (var name in names)
        {
            foreach (var (instance, instances) in new[] { (0, 1), (0, 2), (1, 2) })
            {
                foreach (var file in new[] { home.Home.OutLog(name, instance, instances),
                    home.Home.ErrLog(name, instance, instances) })
                {
                    var owner = $"{name} {instance}/{instances}";
                    if (!files.TryAdd(file, owner))
                        throw new InvalidOperationException($"{file} belongs to '{owner}' and to '{files[file]}'");
                    if (Path.GetDirectoryName(file) != home.Home.LogFolder)
                        throw new InvalidOperationException($"{file} is outside");
                }
            }
        }
        await Assert.That(files.Count).IsEqualTo(names.Count * 6);
    }

    [Test]
    public async Task The_longest_name_fits_into_a_file_name(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var name = new string('%', ProcessName.MaxBytes);
        await Assert.That(Path.GetFileName(home.Home.OutLog(name, 9999, 10000)).Length).IsLessThan(255);
    }

    [Test]
    public async Task Every_path_is_below_the_home_and_relative_homes_become_absolute(CancellationToken cancellation)
    {
        var home = new TspmHome("relative");
        await Assert.That(home.Path).IsEqualTo(Path.GetFullPath("relative"));
        string[] paths = [home.SocketPath, home.LockFile, home.StateFile, home.ProcessesFile, home.RunFolder,
            home.LogFolder, home.DaemonLog, home.WriterLockFile];
        await Assert.That(paths.All(path => path.StartsWith(home.Path + "/", StringComparison.Ordinal))).IsTrue();
    }

    [Test]
    public async Task A_home_that_others_may_read_is_closed_to_them(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        File.SetUnixFileMode(home.Home.Path, (UnixFileMode)0b111_101_101);
        HomeFolders.Prepare(home.Home);
        await Assert.That(File.GetUnixFileMode(home.Home.Path)).IsEqualTo((UnixFileMode)0b111_000_000);
    }

    [Test]
    public async Task A_home_that_cannot_be_made_is_said_in_a_sentence(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        File.WriteAllText(home.Home.PathTo("file"), "");
        var refused = await Assert.That(() => HomeFolders.Prepare(new TspmHome(home.Home.PathTo("file/below"))))
            .Throws<HomeException>();
        await Assert.That(refused!.Message).Contains("TSPM_HOME");
    }

    [Test]
    [Arguments("fifo"), Arguments("folder"), Arguments("zero"), Arguments("loop")]
    public async Task A_run_record_that_is_not_a_regular_file_is_moved_aside_and_the_other_slot_is_used(string kind,
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = new RunRecordStore(home.Home);
        records.Save(Key, Of(1));
        records.Save(Key, Of(2));
        var paths = home.Home.RunRecordPaths(Key);
        foreach (var path in new[] { paths.First, paths.Second })
        {
            File.Delete(path);
            await Platform.RegularFileTests.Put(path, kind, cancellation);
            records = new RunRecordStore(home.Home);
            await Assert.That(records.LoadAll().ContainsKey(Key)).IsTrue().Because("the other slot is whole");
            await Assert.That(records.MoveObstaclesAside().Single())
                .Contains($"the run record {Path.GetFileName(path)} could not be read (it is a").And
                    .Contains("it is kept as");
            await Assert.That(records.MoveObstaclesAside()).IsEmpty();
            for (var pid = 3; pid < 6; pid++) records.Save(Key, Of(pid));
            await Assert.That(records.Trouble).IsNull();
            await Assert.That(new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid).IsEqualTo(5);
        }
    }

    [Test]
    public async Task A_fifo_that_takes_the_place_of_a_run_record_is_a_trouble_and_not_waited_for(
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = new RunRecordStore(home.Home);
        records.Save(Key, Of(1));
        var paths = home.Home.RunRecordPaths(Key);
        foreach (var path in new[] { paths.First, paths.Second })
        {
            File.Delete(path);
            await Platform.RegularFileTests.Put(path, "fifo", cancellation);
        }
        records.Save(Key, Of(2));
        await Assert.That(records.Trouble).Contains("run records cannot be written");
    }
}
