using CsCheck;
using Tspm.Client.Output;
using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client.Output.Listing;

/// <summary>
/// What <c>list</c> and <c>list -f</c> draw, as files that people can read: Data/frames. TSPM_WRITE_FRAMES=1 writes
/// them; whoever does that looks at what has changed.
/// </summary>
[Timeout(120_000)]
public sealed class ListFrameTests
{
    static readonly DateTimeOffset Now = SampleProcesses.Now;

    static ProcessStatus[] Processes(int count) => SampleProcesses.Some(count);

    static string List(int width, int count)
    {
        var processes = Processes(count);
        if (count == 0) return NothingToShow.InList(processes, new ListOptions()) + "\n";
        var screen = new Screen(isTerminal: true);
        ListTable.PrintDrawn(screen.Writer, ListRow.From(processes, [], Now), new ListOptions(), width);
        return screen.Text;
    }

    [Test]
    [MatrixDataSource]
    public async Task A_list_is_drawn_as_in_its_file(
        [Matrix(140, 100, 80, 60, 40)] int width, [Matrix(0, 1, 50, 1000)] int count, CancellationToken cancellation)
    {
        var text = List(width, count);
        foreach (var line in text.Split('\n'))
            if (count > 0)
                await Assert.That(CellText.WidthOf(line)).IsLessThanOrEqualTo(width).Because(line);
        await FrameFile.IsAsIn($"list-{width}-{count}.txt", FrameFile.Shortened(text));
    }

    static VtScreen Live(ListView view, int width, int height, ColourDepth depth = ColourDepth.None)
    {
        var (frame, terminal) = (new ScreenBuffer(width, height), new VtScreen(width, height));
        ListFrame.Draw(frame, view, new ListOptions(), Now);
        terminal.Feed(new ScreenPainter(depth).Paint(frame));
        return terminal;
    }

    static ListView View(ProcessStatus[] processes, string? problem = null) => new(processes, processes, problem);

    [Test]
    [Arguments(100, 30, 50), Arguments(80, 24, 5), Arguments(60, 10, 1000), Arguments(40, 12, 0), Arguments(30, 6, 3)]
    public async Task A_live_list_is_drawn_as_in_its_file(
        int width, int height, int count, CancellationToken cancellation)
    {
        var terminal = Live(View(Processes(count)), width, height);
        await FrameFile.IsAsIn($"live-{width}x{height}-{count}.txt", terminal.Text + "\n");
    }

    [Test]
    public async Task A_failed_row_is_red_and_a_state_has_its_colour(CancellationToken cancellation)
    {
        var terminal = Live(View(Processes(8)), 140, 20, ColourDepth.Sixteen);
        var rows = Enumerable.Range(0, 20).Select(terminal.Row).ToList();
        var failed = rows.FindIndex(static row => row.Contains('✖'));
        var online = rows.FindIndex(static row => row.Contains('●'));
        await Assert.That(terminal[2, failed].Style).IsEqualTo("91");
        await Assert.That(terminal[2, online].Style).IsEqualTo("");
        await Assert.That(terminal[rows[online].IndexOf('●'), online].Style).IsEqualTo("32");
    }

    [Test]
    public async Task What_is_wrong_stands_above_the_last_list(CancellationToken cancellation)
    {
        var terminal = Live(View(Processes(2), "no daemon is running"), 80, 24);
        await Assert.That(terminal.Row(0)).StartsWith("no daemon is running").And.EndsWith(" 12:00:00");
        await Assert.That(terminal.Text).Contains("● online");
        terminal = Live(View([], "no daemon is running"), 80, 24);
        await Assert.That(terminal.Text.Split('\n').Length).IsEqualTo(1);
    }

    [Test]
    public async Task A_live_list_fits_every_screen(CancellationToken cancellation)
    {
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 60], Gen.Int[0, 70]).Sample((width, height, count) =>
        {
            var terminal = Live(View(Processes(count)), width, height);
            var rest = terminal.Text.Split('\n')[^1];
            return !terminal.HasWrapped && (count <= height || height < 3 || rest.StartsWith('…'));
        }, iter: 300);
        await Task.CompletedTask;
    }
}
