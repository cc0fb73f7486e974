using System.Text;
using CsCheck;
using Tspm.Config.Validation;
using Tspm.Legacy;
using Tspm.Model.Config;
using Tspm.Tests.Config;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Legacy;

/// <summary>The process list of the older Tspm in every form that is known, and broken in every way.</summary>
[Timeout(60_000)]
internal sealed class LegacyStoreTests
{
    static LegacyList OfSample(string name) =>
        LegacyStore.Read(File.ReadAllBytes(Path.Combine(Repository.Data("legacy"), name + ".json")), "/home/u");

    static LegacyList Of(string json) => LegacyStore.Read(Encoding.UTF8.GetBytes(json), "/home/u");

    static string Show(LegacyList list) => list.Problem ?? string.Join(" | ", list.Processes.Select(process =>
        $"{process.Config.LegacyId}>{process.Config.Name} {process.Config.ProjectDir} {process.Config.Command} "
            + $"[{string.Join(',', process.Config.Args ?? [])}] {process.IsUp?.ToString() ?? "?"}"));

    const string First = "my-app>my-app /srv/my-app node [dist/index.js,--port,3000] ",
        Second = "worker>worker /srv/worker python3 worker.py --queue 'default queue' [] ";

    [Test]
    [Arguments("v1-string", First + "? | " + Second + "?", 0)]
    [Arguments("v1-array", First + "? | " + Second + "?", 0)]
    [Arguments("v5-desired-states", "1" + "|2|3", 1)]
    [Arguments("duplicate-id",
        First + "? | my-app>my-app-2 /srv/my-app node other.js [dist/index.js,--port,3000] False", 1)]
    [Arguments("no-processes", "", 0)]
    [Arguments("empty", "it is empty", 0)]
    [Arguments("truncated", "it is not valid JSON at line 2", 0)]
    public async Task Every_sample_is_read(string name, string expected, int remarks, CancellationToken cancellation)
    {
        var list = OfSample(name);
        if (name == "v5-desired-states")
            expected = "1>my-app /srv/my-app node [dist/index.js,--port,3000] True | 2>worker /srv/worker python3 "
                + "worker.py --queue 'default queue' [] True | 3>old api (disabled) /srv/api /srv/api/bin/api [] False";
        await Assert.That(Show(list)).IsEqualTo(expected);
        await Assert.That(list.Remarks.Count).IsEqualTo(remarks).Because(string.Join("; ", list.Remarks));
    }

    [Test]
    public async Task Every_field_keeps_its_meaning(CancellationToken cancellation)
    {
        var config = OfSample("v1-string").Processes[0].Config;
        await Assert.That(config with { Args = null, Env = null }).IsEqualTo(new ProcessConfig
        {
            Name = "my-app",
            LegacyId = "my-app",
            ProjectDir = "/srv/my-app",
            Command = "node",
            MemoryLimitBytes = 536870912,
            MonitorIntervalMs = 5000,
            LogBufferSize = 1000,
            Autorestart = true,
            Watch = false,
        });
        await Assert.That(string.Join(';', config.Env!.Select(pair => $"{pair.Key}={pair.Value}")))
            .IsEqualTo("NODE_ENV=production;PORT=3000");
        var watched = OfSample("v1-array").Processes[1].Config;
        await Assert.That(watched.WatchPaths!).IsEquivalentTo(["src", "config"]);
        await Assert.That(RestartPolicy.From(watched).Mode).IsEqualTo(RestartMode.Never);
        await Assert.That(OfSample("v5-desired-states").Processes.Select(process => process.Number))
            .IsEquivalentTo(new int?[] { 1, 2, 3 });
    }

    [Test]
    [Arguments("""{"processes": [{"id": 7, "command": "a"}]}""", "7>7 /home/u a [] ?", "has no projectDir")]
    [Arguments("""{"processes": [{"command": "node server.js", "projectDir": "app"}]}""", "server>server /home/u/app node server.js [] ?", null)]
    [Arguments("""{"processes": [{"id": "a:b", "command": "x", "projectDir": "/"}]}""", "a:b>a:b / x [] ?", null)]
    [Arguments("""{"processes": [{"id": "a:7", "command": "x", "projectDir": "/"}]}""", "a:7>a-7 / x [] ?", "'a:7' was renamed to 'a-7'")]
    [Arguments("""{"processes": [{"id": "all", "command": "x", "projectDir": "/"}]}""", "all>all-1 / x [] ?", "'all' was renamed to 'all-1'")]
    [Arguments("""{"processes": [{"id": "x", "command": "x", "args": [], "env": {}, "watchPaths": [], "projectDir": "/"}]}""", "x>x / x [] ?", null)]
    [Arguments("""{"processes": [{"id": "x", "projectDir": "/"}, {"id": "y", "command": "y", "projectDir": "/"}]}""", "y>y / y [] ?", "'x' was left out: command: there is no command")]
    [Arguments("""{"processes": [7, {"id": "y", "command": "y", "projectDir": "/"}]}""", "y>y / y [] ?", "entry 1 of the list is 7 and not a process")]
    [Arguments("""{"processes": [{"id": "x", "command": "x", "projectDir": "/", "memoryLimitBytes": "512MB"}]}""", "x>x / x [] ?", null)]
    [Arguments("""{"processes": [{"id": "x", "command": "x", "projectDir": "/", "memoryLimitBytes": -5, "monitorIntervalMs": 1}]}""", "x>x / x [] ?", "memoryLimitBytes must be")]
    [Arguments("""{"processes": [{"id": "x", "command": "x", "projectDir": "/", "watch": "yes"}]}""", "x>x / x [] ?", "'watch' is neither true nor false")]
    [Arguments("""{"processes": [{"id": "a", "name": "w", "command": "x", "projectDir": "/"}, {"id": "b", "name": "w", "command": "x", "projectDir": "/"}]}""", "a>w / x [] ? | b>w-2 / x [] ?", "'w' was renamed to 'w-2'")]
    [Arguments("""{"processes": [], "desiredStates": 5}""", "", "'desiredStates' must be an object")]
    [Arguments("""{"other": 1}""", "", null)]
    [Arguments("""{"processes": null}""", "", null)]
    [Arguments("[]", "it must contain an object with 'processes', but contains a list", null)]
    [Arguments("""{"processes": 5}""", "'processes' must be a list, but is 5", null)]
    [Arguments("""{"processes": "[{"}""", "'processes' is a text that is not valid JSON", null)]
    [Arguments("""{"processes": "{}"}""", "'processes' must be a list, but is an object", null)]
    public async Task What_is_odd_is_taken_where_it_can_mean_one_thing_and_told_where_not(string json, string expected,
        string? remark, CancellationToken cancellation)
    {
        var list = Of(json);
        await Assert.That(Show(list)).IsEqualTo(expected);
        if (remark is null) await Assert.That(list.Remarks).IsEmpty();
        else await Assert.That(string.Join('\n', list.Remarks)).Contains(remark);
    }

    /// <summary>
    /// Cut, flipped, doubled: whatever a bad day leaves, it is read or refused, and what is read can be used.
    /// </summary>
    [Test]
    public void No_damage_makes_it_throw_or_gives_a_config_that_breaks_a_rule(CancellationToken cancellation)
    {
        byte[][] samples = [.. Directory.GetFiles(Repository.Data("legacy"),
            "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Gen.Select(Gen.Int[0, samples.Length - 1], Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 3], Gen.Byte).Array[1, 6])
            .Sample((which, damages) =>
        {
            List<byte> bytes = [.. samples[which]];
            foreach (var (at, kind, value) in damages)
            {
                if (bytes.Count == 0) break;
                var place = at % bytes.Count;
                if (kind == 0) bytes.RemoveRange(place, bytes.Count - place);
                else if (kind == 1) bytes[place] = value;
                else if (kind == 2) bytes.RemoveAt(place);
                else bytes.InsertRange(place, bytes[place..Math.Min(bytes.Count, place + value)]);
            }
            var list = LegacyStore.Read(bytes.ToArray(), "/home/u");
            var names = list.Processes.Select(process => process.Config.Name).ToList();
            return names.Distinct().Count() == names.Count
                && list.Processes
                    .All(process =>
                        ConfigValidation.Validate(process.Config).Count == 0
                            && process.Config.ProjectDir!.StartsWith('/'));
        });
    }

    [Test]
    public async Task The_usual_file_comes_first_and_others_when_it_holds_nothing(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(LegacyFinder.Find(folder.Path)).IsNull();
        var kv = Directory.CreateDirectory(folder.At(".npmextra/kv")).FullName;
        await Assert.That(LegacyFinder.Find(folder.Path)).IsNull();
        File.Copy(Path.Combine(Repository.Data("legacy"), "v5-desired-states.json"),
            Path.Combine(kv, "@git.zone__tspm.json"));
        File.WriteAllText(Path.Combine(kv, "other.json"), "{}");
        await Assert.That(LegacyFinder.Find(folder.Path)!.Path).EndsWith("@git.zone__tspm.json");
        File.WriteAllText(Path.Combine(kv, "@apiglobal__tspm.json"), "{ broken");
        await Assert.That(LegacyFinder.Find(folder.Path)!.Path).EndsWith("@git.zone__tspm.json");
        File.Copy(Path.Combine(Repository.Data("legacy"), "v1-string.json"), Path.Combine(kv, "@apiglobal__tspm.json"),
            overwrite: true);
        var found = LegacyFinder.Find(folder.Path)!;
        await Assert.That(found.Path).EndsWith("@apiglobal__tspm.json");
        await Assert.That(found.Others.Single()).EndsWith("@git.zone__tspm.json");
        foreach (var file in Directory.GetFiles(kv, "*tspm*")) File.WriteAllText(file, "");
        await Assert.That(LegacyFinder.Find(folder.Path)!.List.Problem).IsEqualTo("it is empty");
    }
}
