using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Client.Output.Listing;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Client.Output.Listing;

/// <summary>What the flags of <c>list</c> select, sort and show.</summary>
[Timeout(30_000)]
public sealed class ListOptionsTests
{
    static ListOptions Options(string line) => ListOptions.From(Argv.Parse(["list", .. line.Split(' ',
        StringSplitOptions.RemoveEmptyEntries)]));

    static readonly ProcessStatus[] Processes =
    [
        OutputTests.Status("c") with { CpuPercent = 5, MemoryBytes = 100, UptimeMs = 3, Restarts = 1 },
        OutputTests.Status("a", 2) with
        {
            CpuPercent = 50, MemoryBytes = 100, UptimeMs = 2, State = ProcessState.Errored,
        },
        OutputTests.Status("b", 3, 1) with { State = ProcessState.Stopped, UptimeMs = null, Restarts = 9 },
        OutputTests.Status("b", 3) with
        {
            CpuPercent = 7, MemoryBytes = 300, UptimeMs = 1, State = ProcessState.Waiting,
        },
    ];

    static string Order(string flags) => string.Join(' ', ListOrder.Apply(Processes, Options(flags))
        .Select(static process => process.Name + process.Instance));

    [Test]
    [Arguments("", "c0 a0 b1 b0"), Arguments("--sort name", "a0 b0 b1 c0")]
    [Arguments("--sort name:desc", "c0 b0 b1 a0")]
    [Arguments("--sort id", "c0 a0 b0 b1"), Arguments("--sort state", "a0 b0 c0 b1")]
    [Arguments("--sort cpu", "a0 b0 c0 b1"), Arguments("--sort cpu:asc", "c0 b0 a0 b1")]
    [Arguments("--sort mem", "b0 a0 c0 b1"), Arguments("--sort memory:desc", "b0 a0 c0 b1")]
    [Arguments("--sort uptime", "c0 a0 b0 b1"), Arguments("--sort restarts", "b1 c0 a0 b0")]
    [Arguments("--state online", "c0"), Arguments("--state waiting,errored", "a0 b0")]
    [Arguments("--state starting", "")]
    [Arguments("--state errored,stopped --sort restarts", "b1 a0")]
    public async Task Processes_are_selected_and_sorted(string flags, string order, CancellationToken cancellation) =>
        await Assert.That(Order(flags)).IsEqualTo(order);

    [Test]
    [Arguments("--sort size"), Arguments("--sort cpu:up"), Arguments("--sort :asc"), Arguments("--state online,up")]
    [Arguments("--state ,"), Arguments("--columns id,size"), Arguments("--columns ID"), Arguments("-q --json")]
    [Arguments("-f --json"), Arguments("-q -f"), Arguments("--columns id -q"), Arguments("--columns id --json")]
    public async Task A_mistake_is_refused_before_anything_is_asked(string flags, CancellationToken cancellation)
    {
        var mistake = Assert.Throws<UsageException>(() => Options(flags));
        await Assert.That(mistake.Message).Contains("--");
    }

    static string Print(string flags, bool isTerminal = false)
    {
        var screen = new Screen(isTerminal);
        var options = Options(flags);
        ListTable.Print(
            screen.Writer, ListOrder.Apply(Processes, options), ListRow.WithSeveral(Processes), options);
        return screen.Text;
    }

    [Test]
    public async Task Quiet_prints_names_that_are_selectors(CancellationToken cancellation)
    {
        await Assert.That(Print("-q")).IsEqualTo("c\na\nb:1\nb:0\n");
        await Assert.That(Print("-q", isTerminal: true)).IsEqualTo("c\na\nb:1\nb:0\n");
        // The instance belongs to the name, also if it is the only one that is shown.
        await Assert.That(Print("-q --state waiting")).IsEqualTo("b:0\n");
    }

    [Test]
    public async Task The_user_chooses_columns_and_their_order(CancellationToken cancellation)
    {
        await Assert.That(Print("--columns name,state,id --state errored"))
            .IsEqualTo("name\tstate\tid\na\terrored\t2\n");
        await Assert.That(Print("--columns memory,exit,command --state online", isTerminal: true)).IsEqualTo(
            """
            ╭───────┬──────┬─────────────╮
            │   mem │ exit │ command     │
            ├───────┼──────┼─────────────┤
            │ 100 B │ -    │ 'node a.js' │
            ╰───────┴──────┴─────────────╯

            """);
    }

    [Test]
    public async Task Wide_adds_columns_at_the_end(CancellationToken cancellation)
    {
        var (usual, wide) = (Print("").Split('\n')[0], Print("-w").Split('\n')[0]);
        await Assert.That(usual).IsEqualTo(
            "id\tname\tnamespace\tstate\tpid\trestarts\tuptime\tcpu\tmem\tinfo\texit\thealth\tnext");
        await Assert.That(wide).IsEqualTo(usual + "\tports\tuser\tproject\tcommand");
        foreach (var column in ListColumns.All)
            await Assert.That(ListColumns.Plain(isWide: true)).Contains(column);
    }

    [Test]
    public async Task Wide_cuts_nothing_on_a_terminal(CancellationToken cancellation)
    {
        var name = new string('x', 64);
        var screen = new Screen(isTerminal: true);
        var row = OutputTests.Status(name) with
        {
            Ports = [80, 443],
            Health = true,
            User = "www",
            Project = "/srv/shop",
        };
        var rows = ListRow.From([row], [], DateTimeOffset.UnixEpoch);
        ListTable.PrintDrawn(screen.Writer, rows, Options("-w"), 40);
        await Assert.That(screen.Text).Contains(name).And.Contains("80,443").And.Contains("healthy")
            .And.Contains("www").And.Contains("/srv/shop").And.Contains("node a.js").And.DoesNotContain("…");
    }

    [Test]
    public async Task An_empty_selection_says_what_to_type(CancellationToken cancellation)
    {
        await Assert.That(NothingToShow.InList(Processes, Options("--state starting,stopping")))
            .IsEqualTo("no process is starting or stopping; to see all processes: tspm list");
        await Assert.That(NothingToShow.InList([], Options("--state online"))).Contains("tspm start");
    }

    [Test]
    [Arguments("", null, false), Arguments("", 80, false), Arguments("", 140, true), Arguments("-w", null, true)]
    [Arguments("-w", 80, true), Arguments("--json", 140, false), Arguments("--json -w", null, true)]
    [Arguments("-q -w", 140, false), Arguments("--columns ports", null, true), Arguments("--columns id", 140, false)]
    public async Task Ports_are_asked_for_only_where_they_are_shown(
        string flags, int? width, bool asks, CancellationToken cancellation) =>
        await Assert.That(Options(flags).ShowsPorts(width)).IsEqualTo(asks);
}
