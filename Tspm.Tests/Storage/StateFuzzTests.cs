using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Storage;

/// <summary>
/// The files of the home, damaged in every way: reading them throws nothing but what is documented, what was valid
/// stays readable, and what cannot be read is kept aside.
/// </summary>
[Timeout(60_000)]
internal sealed class StateFuzzTests
{
    static readonly InstanceKey Key = new(3, 1);

    internal static IReadOnlyList<byte[]> ProcessesFiles { get; } =
    [
        File.ReadAllBytes(Path.Combine(Goldens.Folder, "ProcessesFile.json")),
        File.ReadAllBytes(Repository.Data("processes/format-1.json")),
        File.ReadAllBytes(Repository.Data("alpha1/processes.json")),
        JsonSerializer.SerializeToUtf8Bytes(TemporaryHome.StateOf("web", "api"), StorageJson.Default.ProcessesFile),
    ];

    static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(Goldens.Folder, name + ".json"));

    [Test]
    public async Task Processes_json_is_read_or_kept_aside_and_the_generation_before_it_is_used(
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var path = home.Home.ProcessesFile;
        var kept = JsonSerializer.SerializeToUtf8Bytes(TemporaryHome.StateOf("kept"),
            StorageJson.Default.ProcessesFile);
        var (read, aside, newer) = (0, 0, 0);
        Damage.Check(ProcessesFiles, 700, bytes =>
        {
            foreach (var file in Directory.GetFiles(home.Home.Path, "processes.json*")) File.Delete(file);
            File.WriteAllBytes(path, bytes);
            File.WriteAllBytes(path + ".1", kept);
            try
            {
                var loaded = new ProcessStore(home.Home, new FakeTimeProvider()).Load();
                var broken = Directory.GetFiles(home.Home.Path, "*.broken-*");
                if (loaded.Troubles.Count == 0)
                {
                    read++;
                    Expect(broken.Length == 0 && Holds(path, bytes), "what was read was moved");
                    return;
                }
                aside++;
                Expect(TemporaryHome.NamesIn(loaded.Content) == "kept", "the generation before is not used");
                Expect(broken.Length == 1 && Holds(broken[0], bytes), "what could not be read is not kept");
            }
            catch (HomeException)
            {
                newer++;
                Expect(Holds(path, bytes), "a file of a newer version was touched");
            }
        }, cancellation);
        await Assert.That(Math.Min(read, aside)).IsGreaterThan(50)
            .Because($"{read} read, {aside} aside, {newer} newer");
    }

    [Test]
    public async Task A_torn_or_damaged_slot_gives_its_record_whole_or_leaves_the_one_before(
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var (older, newer) = (home.Home.RunRecordPaths(Key).Second, home.Home.RunRecordPaths(Key).First);
        new RunRecordSlots((newer, older)).Write(OfPid(1));
        new RunRecordSlots((newer, older)).Write(OfPid(2));
        var seen = new HashSet<int>();
        Damage.Check([File.ReadAllBytes(newer)], 1500, bytes =>
        {
            File.WriteAllBytes(newer, bytes);
            var pid = new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid;
            seen.Add(pid);
            Expect(pid is 1 or 2, $"pid {pid}");
        }, cancellation);
        await Assert.That(seen.Count).IsEqualTo(2);
    }

    /// <summary>Another version may write anything; the checksum is right then.</summary>
    [Test]
    [Arguments("RunRecord"), Arguments("RunRecordV1")]
    public async Task A_record_of_any_text_is_read_or_passed_over_and_the_next_one_is_written(string golden,
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var (first, second) = home.Home.RunRecordPaths(Key);
        new RunRecordSlots((first, second)).Write(OfPid(1));
        var read = 0;
        Damage.Check([Compact(golden)], 600, text =>
        {
            File.WriteAllBytes(first, Slot(2, text));
            var records = new RunRecordStore(home.Home);
            var record = records.LoadAll()[Key];
            if (record.Current?.Pid != 1) read++;
            // What was understood can be written in either format, as the next daemon does.
            records.WritesFormat1 = golden == "RunRecordV1";
            records.Save(Key, record);
            Expect(records.Trouble is null, records.Trouble ?? "");
            var again = new RunRecordStore(home.Home).LoadAll()[Key];
            Expect(record.Common.Phase == again.Common.Phase, "another record");
            // The slot before is the other one again.
            new RunRecordSlots((first, second)).Remove();
            new RunRecordSlots((first, second)).Write(OfPid(1));
        }, cancellation);
        await Assert.That(read).IsGreaterThan(5);
    }

    /// <summary>Absent members are null in what is read, whatever the type says.</summary>
    [Test]
    [Arguments("{\"format\":2}")]
    [Arguments("{\"format\":2,\"common\":{}}")]
    [Arguments("{}")]
    [Arguments("{\"bootId\":\"b\",\"phase\":\"Online\",\"next\":\"\"}")]
    public async Task A_record_without_what_every_version_writes_is_passed_over(string text,
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var (first, second) = home.Home.RunRecordPaths(Key);
        new RunRecordSlots((first, second)).Write(OfPid(1));
        File.WriteAllBytes(first, Slot(2, System.Text.Encoding.UTF8.GetBytes(text)));
        await Assert.That(new RunRecordStore(home.Home).LoadAll()[Key].Current!.Pid).IsEqualTo(1);
    }

    [Test]
    public async Task Settings_are_used_or_said_to_be_ignored(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var seen = new HashSet<bool>();
        byte[][] samples =
        [
            "{ \"logsTotalMaxBytes\": 1000000, \"cgroup\": \"auto\", \"limits\": { \"requestsPerSecond\": 100 } }"u8
                .ToArray(),
            "{}"u8.ToArray(),
        ];
        Damage.Check(samples, 2000, bytes =>
        {
            File.WriteAllBytes(home.Home.SettingsFile, bytes);
            var settings = SettingsFile.Read(home.Home, out var trouble);
            seen.Add(trouble is null);
            Expect(trouble?.StartsWith(home.Home.SettingsFile, StringComparison.Ordinal) != false, trouble ?? "");
            Expect(trouble is null || settings.LogsTotalMaxBytes is null, "part of an ignored file is used");
        }, cancellation);
        await Assert.That(seen.Count).IsEqualTo(2);
    }

    [Test]
    public async Task The_note_about_daemon_deaths_is_read_or_is_none(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var read = 0;
        Damage.Check([Golden("DaemonDeathsNote"), Golden("DaemonDeathsNote.none")], 1500, bytes =>
        {
            File.WriteAllBytes(home.Home.DaemonDeathsFile, bytes);
            if (DaemonDeathsFile.Read(home.Home) is not null) read++;
        }, cancellation);
        await Assert.That(read).IsGreaterThan(50);
    }

    static RunRecord OfPid(int pid) => new()
    {
        Common = new ProcessRecord { BootId = "b", Phase = "Online" },
        Current = new ChildRecord { RunId = 1, Pid = pid, StartTicks = 123, Mark = 5 },
    };

    static byte[] Compact(string golden) => golden == "RunRecord"
        ? JsonSerializer.SerializeToUtf8Bytes(
            JsonSerializer.Deserialize(Golden(golden), StorageJson.Compact.RunRecord)!, StorageJson.Compact.RunRecord)
        : JsonSerializer.SerializeToUtf8Bytes(
            JsonSerializer.Deserialize(Golden(golden), StorageJson.Compact.RunRecordV1)!,
            StorageJson.Compact.RunRecordV1);

    /// <summary>The layout that <see cref="RunRecordSlots"/> describes.</summary>
    static byte[] Slot(ulong sequence, byte[] text)
    {
        var bytes = new byte[24 + text.Length];
        text.CopyTo(bytes, 24);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (ulong)text.Length);
        var hash = new XxHash3();
        hash.Append(bytes.AsSpan(0, 8));
        hash.Append(bytes.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), hash.GetCurrentHashAsUInt64());
        return bytes;
    }

    static bool Holds(string path, byte[] bytes) =>
        File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);

    static void Expect(bool isTrue, string otherwise)
    {
        if (!isTrue) throw new InvalidOperationException(otherwise);
    }
}
