using Microsoft.Extensions.Time.Testing;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Storage;

[Timeout(30_000)]
internal sealed class ProcessStoreTests
{
    static ProcessStore Store(TemporaryHome home) => new(home.Home, new FakeTimeProvider());

    static string Names(TemporaryHome home) => TemporaryHome.NamesIn(Store(home).Load().Content);

    static void SaveAll(TemporaryHome home, params string[] states)
    {
        foreach (var state in states) Store(home).Save(TemporaryHome.StateOf(state.Split(',')));
    }

    [Test]
    public async Task An_empty_home_holds_nothing_and_is_no_trouble(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var loaded = Store(home).Load();
        await Assert.That(loaded.Content.Processes).IsEmpty();
        await Assert.That(loaded.Troubles).IsEmpty();
    }

    [Test]
    [Arguments("fifo"), Arguments("folder"), Arguments("zero"), Arguments("loop"), Arguments("nowhere"),
        Arguments("socket")]
    public async Task What_is_not_a_regular_file_is_moved_aside_and_the_newest_good_generation_is_used(string kind,
        CancellationToken cancellation)
    {
        for (var generation = 0; generation <= 3; generation++)
        {
            using var home = new TemporaryHome();
            SaveAll(home, "a", "b", "c", "d");
            File.Delete(PathOf(home, generation));
            await Platform.RegularFileTests.Put(PathOf(home, generation), kind, cancellation);
            await Assert.That(TemporaryHome.NamesIn(Store(home).Peek())).IsEqualTo(generation == 0 ? "c" : "d");
            var loaded = Store(home).Load();
            await Assert.That(TemporaryHome.NamesIn(loaded.Content)).IsEqualTo(generation == 0 ? "c" : "d");
            await Assert.That(loaded.Troubles[0]).Contains("could not be read (it is a").And.Contains(".broken-");
            await Assert.That(Directory.GetFileSystemEntries(home.Home.Path, "*.broken-*").Length).IsEqualTo(1);
            SaveAll(home, "e", "f", "g", "h", "i");
            await Assert.That(Names(home)).IsEqualTo("i");
        }
    }

    [Test]
    [Arguments("fifo"), Arguments("zero"), Arguments("loop")]
    public async Task What_lies_where_the_next_state_is_written_is_no_obstacle(string kind,
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        await Platform.RegularFileTests.Put(home.Home.ProcessesFile + ".tmp", kind, cancellation);
        SaveAll(home, "a");
        await Assert.That(Names(home)).IsEqualTo("a");
    }

    [Test]
    [Arguments("fifo"), Arguments("folder"), Arguments("zero"), Arguments("loop")]
    public async Task Settings_that_are_not_a_regular_file_are_not_used_and_that_is_said(string kind,
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        await Platform.RegularFileTests.Put(home.Home.SettingsFile, kind, cancellation);
        await Assert.That(SettingsFile.Read(home.Home, out var trouble).LogsTotalMaxBytes).IsNull();
        await Assert.That(trouble).Contains("settings.json is ignored: it is a");
    }

    [Test]
    public async Task The_last_three_generations_are_kept_beside_the_newest(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a", "b", "c", "d", "e");
        string[] kept = ["e", "d", "c", "b"];
        for (var generation = 0; generation < kept.Length; generation++)
        {
            File.Move(PathOf(home, generation), PathOf(home, 9), overwrite: true);
            File.Copy(PathOf(home, 9), home.Home.ProcessesFile, overwrite: true);
            await Assert.That(Names(home)).IsEqualTo(kept[generation]);
        }
        await Assert.That(File.Exists(PathOf(home, 4))).IsFalse();
    }

    [Test]
    public async Task At_no_instant_is_there_no_whole_file(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a");
        using var end = new CancellationTokenSource();
        var looks = 0;
        var reader = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                var text = File.ReadAllText(home.Home.ProcessesFile); // throws when it is missing
                if (!text.TrimEnd().EndsWith('}')) throw new InvalidOperationException($"half a file: {text}");
                looks++;
            }
        }, cancellation);
        while (looks == 0 && !reader.IsCompleted) await Task.Yield();
        for (var i = 0; i < 200; i++) SaveAll(home, $"state{i}");
        await end.CancelAsync();
        await reader;
    }

    [Test]
    public async Task Files_are_for_their_owner_only(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a", "b");
        foreach (var generation in new[] { 0, 1 })
            await Assert.That(File.GetUnixFileMode(PathOf(home, generation)))
                .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    [Arguments("")]
    [Arguments("{")]
    [Arguments("null")]
    [Arguments("[]")]
    [Arguments("\0\0\0\0")]
    [Arguments("{\"format\":1,\"nextId\":1,\"processes\":[{\"id\":0}],\"environments\":{}}")]
    [Arguments("{\"format\":1,\"nextId\":1,\"processes\":[null],\"environments\":{}}")]
    [Arguments("{\"format\":1,\"nextId\":1,\"processes\":[],\"environments\":{\"e\":null}}")]
    public async Task A_broken_file_is_moved_aside_and_the_newest_good_generation_is_used(string content,
        CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a", "b");
        File.WriteAllText(home.Home.ProcessesFile, content);
        var loaded = Store(home).Load();
        await Assert.That(TemporaryHome.NamesIn(loaded.Content)).IsEqualTo("a");
        await Assert.That(loaded.Troubles.Count).IsEqualTo(2);
        var aside = Directory.GetFiles(home.Home.Path, "processes.json.broken-*").Single();
        await Assert.That(File.ReadAllText(aside)).IsEqualTo(content);
    }

    [Test]
    [Arguments("instances\": 0")]
    [Arguments("instances\": -1")]
    [Arguments("instances\": 1001")]
    [Arguments("instances\": 2147483647")]
    [Arguments("name\": \"\"")]
    [Arguments("name\": \"-a\"")]
    [Arguments("name\": \"other\"")]
    public async Task Definitions_that_cannot_be_are_a_broken_file(string member, CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "good");
        SaveAll(home, "web,other");
        var text = File.ReadAllText(home.Home.ProcessesFile);
        var replaced = member.StartsWith("name", StringComparison.Ordinal)
            ? text.Replace("name\": \"web\"", member)
            : text.Replace("name\": \"web\"", $"name\": \"web\", \"{member}");
        await Assert.That(replaced).IsNotEqualTo(text);
        File.WriteAllText(home.Home.ProcessesFile, replaced);
        await Assert.That(Names(home)).IsEqualTo("good");
    }

    [Test]
    [Arguments("all"), Arguments("web-*"), Arguments("."), Arguments(".."), Arguments(" lead"), Arguments("w?b"),
        Arguments("api:prod")]
    public async Task A_name_that_an_earlier_version_allowed_is_read(string name, CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "web");
        var text = File.ReadAllText(home.Home.ProcessesFile);
        File.WriteAllText(home.Home.ProcessesFile, text.Replace("name\": \"web\"", $"name\": \"{name}\""));
        await Assert.That(Names(home)).IsEqualTo(name);
    }

    [Test]
    public async Task Two_definitions_with_one_number_are_a_broken_file(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "good", "web,other");
        File.WriteAllText(home.Home.ProcessesFile,
            File.ReadAllText(home.Home.ProcessesFile).Replace("\"id\": 1", "\"id\": 0"));
        await Assert.That(Names(home)).IsEqualTo("good");
    }

    [Test]
    public async Task Several_broken_files_in_one_second_are_all_kept(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a");
        for (var i = 0; i < 3; i++)
        {
            File.WriteAllText(home.Home.ProcessesFile, $"broken {i}");
            Store(home).Load();
        }
        await Assert.That(Directory.GetFiles(home.Home.Path, "processes.json.broken-*").Length).IsEqualTo(3);
    }

    [Test]
    public async Task When_all_generations_are_broken_it_starts_empty_and_says_so(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a", "b", "c", "d");
        for (var generation = 0; generation < 4; generation++) File.WriteAllText(PathOf(home, generation), "broken");
        var loaded = Store(home).Load();
        await Assert.That(loaded.Content.Processes).IsEmpty();
        await Assert.That(loaded.Troubles[^1]).Contains("started without processes");
        await Assert.That(Directory.GetFiles(home.Home.Path, "*.broken-*").Length).IsEqualTo(4);
    }

    [Test]
    public async Task A_missing_file_is_replaced_by_its_newest_generation(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a", "b");
        File.Delete(home.Home.ProcessesFile);
        var loaded = Store(home).Load();
        await Assert.That(TemporaryHome.NamesIn(loaded.Content)).IsEqualTo("a");
        await Assert.That(loaded.Troubles.Single()).Contains("processes.json.1");
    }

    [Test]
    public async Task A_newer_format_is_refused_and_left_alone(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        Store(home).Save(TemporaryHome.StateOf("a") with { Format = ProcessesFile.CurrentFormat + 1 });
        var refused = await Assert.That(() => Store(home).Load()).Throws<HomeException>();
        await Assert.That(refused!.Message).Contains("newer version");
        await Assert.That(File.Exists(home.Home.ProcessesFile)).IsTrue();
    }

    [Test]
    public async Task Members_of_a_later_version_are_passed_over(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a");
        File.WriteAllText(home.Home.ProcessesFile,
            File.ReadAllText(home.Home.ProcessesFile).Replace("\"nextId\"", "\"later\": {\"x\": 1}, \"nextId\""));
        await Assert.That(Names(home)).IsEqualTo("a");
    }

    [Test]
    public async Task A_save_that_fails_leaves_every_generation_as_it_was(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        SaveAll(home, "a", "b");
        Directory.CreateDirectory(home.Home.ProcessesFile + ".tmp"); // in the way
        await Assert.That(() => Store(home).Save(TemporaryHome.StateOf("c"))).Throws<Exception>();
        await Assert.That(Names(home)).IsEqualTo("b");
        File.Delete(home.Home.ProcessesFile);
        await Assert.That(Names(home)).IsEqualTo("a");
    }

    [Test]
    public async Task Files_of_every_earlier_version_load_and_save_as_they_were(CancellationToken cancellation)
    {
        var files = Directory.GetFiles(Repository.Data("processes"), "*.json");
        await Assert.That(files).IsNotEmpty();
        foreach (var path in files)
        {
            using var home = new TemporaryHome();
            File.Copy(path, home.Home.ProcessesFile);
            var loaded = Store(home).Load();
            await Assert.That(loaded.Troubles).IsEmpty();
            await Assert.That(loaded.Content.Processes).IsNotEmpty();
            Store(home).Save(loaded.Content);
            await Assert.That(File.ReadAllText(home.Home.ProcessesFile))
                .IsEqualTo(File.ReadAllText(path).TrimEnd('\n'));
        }
    }

    static string PathOf(TemporaryHome home, int generation) =>
        generation == 0 ? home.Home.ProcessesFile : $"{home.Home.ProcessesFile}.{generation}";
}
