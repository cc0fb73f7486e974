using Tspm.Config;
using Tspm.Model.Config;

namespace Tspm.Tests.Config;

/// <summary>What a new definition changes, in words.</summary>
[Timeout(10_000)]
internal sealed class RedefinitionTests
{
    static readonly ProcessConfig Web = new() { Name = "web", Command = "node a.js", ProjectDir = "/srv" };

    static ProcessConfig InWords(params string[] arguments) => Web with { Command = "node", Args = arguments };

    public static IEnumerable<(ProcessConfig, ProcessConfig, string?)> Programs() =>
    [
        (Web, Web with { Env = new Dictionary<string, string> { ["A"] = "1" } }, null),
        (Web, InWords("a.js"), null), (Web with { Command = "node  'a.js'" }, InWords("a.js"), null),
        (InWords("a b"), Web with { Command = "node 'a b'" }, null),
        (Web with { Interpreter = "none" }, Web, null),
        (Web, InWords("b.js"), "another command: node a.js, in /srv"),
        (InWords("$X"), Web with { Command = "node $X" }, "another command: node '$X', in /srv"),
        (Web, Web with { ProjectDir = "/new" }, "another working directory: /srv"),
        (Web, Web with { Interpreter = "bash" }, "no interpreter"),
        (Web with { Interpreter = "bash" }, Web, "another interpreter: bash"),
        (Web with { Interpreter = "bash" }, Web with { ProjectDir = "/new" }, "another interpreter: bash, in /srv"),
    ];

    [Test, MethodDataSource(nameof(Programs))]
    public async Task A_program_is_another_one_only_if_it_differs(
        ProcessConfig before, ProcessConfig after, string? expected, CancellationToken cancellation) =>
        await Assert.That(Redefinition.OtherProgram(before, after)).IsEqualTo(expected);

    [Test]
    public async Task What_is_gone_is_named_and_what_was_replaced_is_not(CancellationToken cancellation)
    {
        var before = Web with
        {
            Namespace = "old",
            Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "1" },
            Restart = new RestartConfig { DelayMs = 1, MaxDelayMs = 2 },
            Stop = new StopConfig { Signal = "SIGINT", TimeoutMs = 5 },
        };
        var after = Web with
        {
            Env = new Dictionary<string, string> { ["B"] = "2" },
            Restart = new RestartConfig { DelayMs = 7 },
            Watch = true,
        };
        await Assert.That(ConfigDifference.Lost(before, after))
            .IsEquivalentTo(["env.A", "namespace", "restart.maxDelayMs", "stop"]);
        await Assert.That(Redefinition.Remark(after, before)!).Contains("of the earlier one are gone: watch;");
        await Assert.That(Redefinition.Remark(Web, after)).IsNull();
    }

    /// <summary>Tspm set it, because it had chosen the interpreter.</summary>
    [Test]
    [Arguments(Interpreters.Python, false), Arguments("pypy", true)]
    public async Task A_variable_of_Tspm_is_not_missed(string interpreter, bool isNamed, CancellationToken cancellation)
    {
        var before = Web with
        {
            Interpreter = interpreter,
            Env = new Dictionary<string, string> { [Interpreters.PythonUnbuffered] = "1" },
        };
        await Assert.That(Redefinition.Remark(before, Web)!.Contains(Interpreters.PythonUnbuffered)).IsEqualTo(isNamed);
    }
}
