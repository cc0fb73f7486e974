using Microsoft.Extensions.Time.Testing;
using Tspm.Model.State;
using Tspm.Platform.Facts;

namespace Tspm.Tests.Platform.Facts;

/// <summary>Facts are read beside everything else, and what hangs keeps nobody but the reader.</summary>
[Timeout(60_000)]
internal sealed class FactsReaderTests
{
    static readonly Dictionary<string, string> s_environment =
        new() { ["PATH"] = "/usr/bin:/bin", ["SECRET"] = "correct horse" };

    static FactsRequest Request(string folder, params string[] arguments) => new()
    {
        Known = new RunFacts { RunId = 7, Salt = "salt" },
        Arguments = arguments,
        WorkingDirectory = folder,
        Environment = static () => s_environment,
    };

    static TimeBudget Endless => new(new FakeTimeProvider(), FactsReader.ReadAtMost);

    [Test]
    public async Task The_program_the_script_and_the_environment_are_read(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-facts-").FullName;
        var script = Path.Combine(folder, "run.sh");
        File.WriteAllText(script, "exit 0\n");
        var facts = RunFactsReader.Read(Request(folder, "sh", "run.sh"), Endless);
        await Assert.That(facts.RunId).IsEqualTo(7UL);
        await Assert.That(Path.GetFileName(facts.Program!.Path)).IsEqualTo("sh");
        await Assert.That(facts.Program is { IsMissing: false, SizeBytes: > 1000, Hash.Length: 32 }).IsTrue();
        await Assert.That(facts.Script!.Path).IsEqualTo(script);
        await Assert.That(facts.Script.SizeBytes).IsEqualTo(7);
        await Assert.That(facts.NotRead).IsNull();
        await Assert.That(facts.Git).IsNull();
        await Assert.That(facts.Environment!.Keys).IsEquivalentTo(["PATH", "SECRET"]);
        var before = facts.Script.Hash;
        File.WriteAllText(script, "exit 1\n");
        var after = RunFactsReader.Read(Request(folder, "sh", "run.sh"), Endless).Script!.Hash;
        await Assert.That(after).IsNotEqualTo(before);
        await Assert.That(RunFactsReader.Read(Request(folder, "./gone"), Endless).Program!.IsMissing).IsTrue();
        var gone = RunFactsReader.Read(Request(folder, "gone"), Endless).Program;
        await Assert.That(gone is { IsMissing: true, Path: "gone" })
            .IsTrue();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task No_value_of_the_environment_is_in_the_facts(CancellationToken cancellation)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(
            new RunRecord
            {
                Current = new ChildRecord { RunId = 1, Facts = RunFactsReader.Read(Request("/", "sh"), Endless) },
            },
            Tspm.Storage.StorageJson.Compact.RunRecord);
        await Assert.That(text).Contains("SECRET");
        await Assert.That(text).DoesNotContain("correct horse");
        var unsalted = Sha256.Hash(System.Text.Encoding.UTF8.GetBytes("correct horse"));
        foreach (var form in new[] { Convert.ToBase64String(unsalted)[..8], Convert.ToHexStringLower(unsalted)[..12] })
            await Assert.That(text).DoesNotContain(form);
        var other = Request("/", "sh") with { Known = new RunFacts { Salt = "another" } };
        await Assert.That(RunFactsReader.Read(other, Endless).Environment!["SECRET"])
            .IsNotEqualTo(RunFactsReader.Read(Request("/", "sh"), Endless).Environment!["SECRET"]);
    }

    [Test]
    public async Task What_there_was_no_time_for_is_not_known(CancellationToken cancellation)
    {
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(30) };
        var facts = RunFactsReader.Read(Request("/", "sh", "x.sh"), new TimeBudget(clock, FactsReader.ReadAtMost));
        await Assert.That(facts.NotRead!)
            .IsEquivalentTo([RunChange.Program, RunChange.Script, RunChange.Environment, RunChange.Git]);
        var noEnvironment = Request("/", "sh") with { Environment = static () => null };
        await Assert.That(RunFactsReader.Read(noEnvironment, Endless).NotRead!)
            .IsEquivalentTo([RunChange.Environment, RunChange.Program]);
    }

    [Test]
    [Arguments("node app.js", "app.js"), Arguments("node --inspect -r ./hook.js app.js --port 3", "app.js"),
        Arguments("nodejs app.js", "app.js")]
    [Arguments("python3.12 -u -W ignore app.py x", "app.py"), Arguments("python3 -m http.server", null),
        Arguments("sh -c ./app.js", null)]
    [Arguments("/usr/bin/env node", null), Arguments("java -Xmx1g -jar app.jar", "app.jar"),
        Arguments("java -cp lib com.example.Main", null)]
    [Arguments("bun run app.js", "app.js"), Arguments("nginx app.js", null),
        Arguments("node missing.js", "missing.js"), Arguments("node", null)]
    [Arguments("node lib", "lib/index.js"), Arguments("bash -e app.js", null), Arguments("shutdown app.js", null)]
    public async Task The_script_of_an_interpreter_is_found(string line, string? script, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-facts-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "lib"));
        foreach (var name in new[] { "app.js", "hook.js", "app.py", "app.jar", "lib/index.js" })
            File.WriteAllText(Path.Combine(folder, name), "");
        var found = ScriptArgument.In(line.Split(' '), folder);
        await Assert.That(found).IsEqualTo(script is null ? null : Path.Combine(folder, script));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task While_a_file_system_does_not_answer_nothing_more_is_begun(CancellationToken cancellation)
    {
        var clock = new FakeTimeProvider();
        using var hangs = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var reader = new FactsReader(clock, (request, _) =>
        {
            begun.Set();
            hangs.Wait(CancellationToken.None);
            return request.Known;
        });
        var answers = new List<TaskCompletionSource<IReadOnlyList<RunFacts>>>();
        await Assert.That(Ask(1)).IsTrue();
        begun.Wait(cancellation);
        await Assert.That(Ask(2)).IsTrue();
        clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.That(Ask(3)).IsFalse();
        hangs.Set();
        for (var i = 0; i < 2; i++)
            await Assert.That((await answers[i].Task.WaitAsync(cancellation))[0].Pid).IsEqualTo(i + 1);
        await Assert.That(answers[2].Task.IsCompleted).IsFalse();
        // It answers again, and so does the reader.
        await Assert.That(Ask(4)).IsTrue();
        await answers[3].Task.WaitAsync(cancellation);

        bool Ask(int pid)
        {
            var answer = new TaskCompletionSource<IReadOnlyList<RunFacts>>();
            answers.Add(answer);
            return reader.TryRead([Request("/", "sh") with { Known = new RunFacts { Pid = pid } }], answer.SetResult);
        }
    }

    [Test]
    public async Task The_end_of_the_daemon_waits_for_no_reading(CancellationToken cancellation)
    {
        using var hangs = new ManualResetEventSlim();
        var reader = new FactsReader(TimeProvider.System, (request, _) =>
        {
            hangs.Wait(CancellationToken.None);
            return request.Known;
        });
        await Assert.That(reader.TryRead([Request("/", "sh")], static _ => { })).IsTrue();
        reader.Dispose();
        await Assert.That(reader.TryRead([Request("/", "sh")], static _ => { })).IsFalse();
        hangs.Set();
    }

    [Test]
    public async Task A_fault_while_reading_is_nobodys_trouble(CancellationToken cancellation)
    {
        using var reader =
            new FactsReader(TimeProvider.System, static (_, _) => throw new InvalidOperationException("a bug"));
        var answer = new TaskCompletionSource<IReadOnlyList<RunFacts>>();
        await Assert.That(reader.TryRead([Request("/", "sh")], answer.SetResult)).IsTrue();
        var facts = (await answer.Task.WaitAsync(cancellation)).Single();
        await Assert.That(facts is { RunId: 7, Environment: null, NotRead.Count: 4 }).IsTrue();
    }

    /// <summary>A thousand instances do not keep a thousand times what one program is like.</summary>
    [Test]
    public async Task What_is_equal_to_the_last_program_is_kept_once(CancellationToken cancellation)
    {
        var sizes = new Queue<long>([1, 1, 2]);
        using var reader = new FactsReader(TimeProvider.System, (request, _) => request.Known with
        {
            Program = new FileFacts { Path = "/bin/sh", SizeBytes = 1 },
            Script = new FileFacts { Path = "/app.sh", SizeBytes = sizes.Dequeue() },
        });
        var answer = new TaskCompletionSource<IReadOnlyList<RunFacts>>();
        await Assert.That(reader.TryRead(
            [Request("/", "a"), Request("/", "b"), Request("/", "c")], answer.SetResult)).IsTrue();
        var facts = await answer.Task.WaitAsync(cancellation);
        await Assert.That(facts[2].Program).IsSameReferenceAs(facts[0].Program);
        await Assert.That(facts[1].Script).IsSameReferenceAs(facts[0].Script);
        await Assert.That(facts[2].Script!.SizeBytes).IsEqualTo(2);
    }

    [Test]
    public async Task The_requests_of_one_question_share_one_budget(CancellationToken cancellation)
    {
        var budgets = new List<TimeBudget>();
        using var reader = new FactsReader(TimeProvider.System, (request, budget) =>
        {
            budgets.Add(budget);
            return request.Known;
        });
        var answer = new TaskCompletionSource<IReadOnlyList<RunFacts>>();
        await Assert.That(reader.TryRead([Request("/", "a"), Request("/", "b")], answer.SetResult)).IsTrue();
        await Assert.That((await answer.Task.WaitAsync(cancellation)).Count).IsEqualTo(2);
        await Assert.That(budgets.Distinct().Count()).IsEqualTo(1);
    }

    [Test]
    public async Task A_reading_has_twenty_milliseconds_in_all(CancellationToken cancellation)
    {
        var clock = new FakeTimeProvider();
        var spent = new List<bool>();
        using var reader = new FactsReader(clock, (request, budget) =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            spent.Add(budget.IsSpent);
            return request.Known;
        });
        var answer = new TaskCompletionSource<IReadOnlyList<RunFacts>>();
        await Assert.That(reader.TryRead([Request("/", "a"), Request("/", "b")], answer.SetResult)).IsTrue();
        await answer.Task.WaitAsync(cancellation);
        await Assert.That(spent.SequenceEqual([false, true])).IsTrue();
    }
}
