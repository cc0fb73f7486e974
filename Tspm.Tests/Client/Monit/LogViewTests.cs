using Tspm.Client.Monit.Model;
using Tspm.Tests.Client.Output;

namespace Tspm.Tests.Client.Monit;

/// <summary>Scrolling through lines, and which of them are shown.</summary>
[Timeout(60_000)]
public sealed class LogViewTests
{
    const int Height = 10;

    static string Bottom(LogView view) => view.BottomIndex < 0 ? "" : view.Shown[view.BottomIndex].Text.Text;

    [Test]
    public async Task It_follows_until_it_is_scrolled_and_counts_what_comes_meanwhile(CancellationToken cancellation)
    {
        var view = SampleLog.View(100);
        await Assert.That(Bottom(view)).IsEqualTo("line 100");
        await Assert.That(view.Scroll(-3, Height)).IsTrue();
        SampleLog.Add(view, 101, 5);
        await Assert.That(Bottom(view)).IsEqualTo("line 97");
        await Assert.That(view.NewLines).IsEqualTo(8);
        view.Scroll(7, Height);
        await Assert.That(view.Follows).IsFalse();
        view.Scroll(1, Height);
        await Assert.That(view.Follows).IsTrue();
        await Assert.That(view.NewLines).IsEqualTo(0);
    }

    [Test]
    public async Task It_stops_at_the_oldest_line_and_says_so(CancellationToken cancellation)
    {
        var view = SampleLog.View(30);
        await Assert.That(view.Scroll(-25, Height)).IsFalse();
        await Assert.That(Bottom(view)).IsEqualTo("line 10");
        await Assert.That(view.Scroll(-1, Height)).IsFalse();
        await Assert.That(Bottom(view)).IsEqualTo("line 10");
    }

    [Test]
    public async Task Older_lines_come_in_front_and_none_comes_twice(CancellationToken cancellation)
    {
        var view = new LogView(new LogBuffer(), new LogSettings());
        SampleLog.Add(view, 50, 50);
        view.Scroll(-100, Height);
        var bottom = Bottom(view);
        var older = Enumerable.Range(40, 15).Select(i => SampleLog.Line(i * 10, $"line {i}", second: i)).ToList();
        await Assert.That(view.Buffer.Prepend(older)).IsEqualTo(10);
        await Assert.That(Bottom(view)).IsEqualTo(bottom).Because("what the user reads does not move");
        await Assert.That(view.Shown.Select(static record => record.Text.Text).Distinct().Count()).IsEqualTo(60);
        await Assert.That(view.Shown[0].Text.Text).IsEqualTo("line 40");
        await Assert.That(view.Buffer.HasOldest).IsFalse();
        await Assert.That(view.Buffer.Prepend(older)).IsEqualTo(0);
        await Assert.That(view.Buffer.HasOldest).IsTrue();
    }

    [Test]
    public async Task A_full_buffer_drops_the_oldest_lines_and_can_read_them_again(CancellationToken cancellation)
    {
        var view = SampleLog.View(LogBuffer.Capacity + 1001);
        await Assert.That(view.Shown.Count).IsEqualTo(LogBuffer.Capacity);
        await Assert.That(Bottom(view)).IsEqualTo("line 11001");
        var first = view.Shown[0].Text.Text;
        await Assert.That(first).IsEqualTo("line 1002");
        var older = Enumerable.Range(1000, 4).Select(i => SampleLog.Line(i * 10, $"line {i}", second: i)).ToList();
        await Assert.That(view.Buffer.Prepend(older)).IsEqualTo(2);
        await Assert.That(view.Shown[0].Text.Text).IsEqualTo("line 1000");
    }

    [Test]
    public async Task What_the_user_reads_is_not_dropped(CancellationToken cancellation)
    {
        var view = SampleLog.View(LogBuffer.Capacity);
        view.GoToOldest(Height);
        SampleLog.Add(view, LogBuffer.Capacity + 1, 5000);
        await Assert.That(Bottom(view)).IsEqualTo("line 10");
        view.Follow();
        SampleLog.Add(view, LogBuffer.Capacity + 5001, 1);
        await Assert.That(view.Shown.Count).IsEqualTo(LogBuffer.Capacity);
    }

    [Test]
    public async Task An_unfinished_line_grows_in_place(CancellationToken cancellation)
    {
        var view = SampleLog.View(2);
        view.Buffer.Append(SampleLog.Line(25, "load") with { Partial = true });
        view.Buffer.Append(SampleLog.Line(30, "error", "err"));
        await Assert.That(view.Shown.Count).IsEqualTo(4);
        view.Buffer.Append(SampleLog.Line(30, "ing \e[32mdone"));
        await Assert.That(view.Shown.Count).IsEqualTo(4);
        await Assert.That(view.Shown[2].Text.Text).IsEqualTo("loading done");
        await Assert.That(view.Shown[2].Text.HasStyle).IsTrue();
    }

    [Test]
    public async Task A_filter_is_kept_for_other_processes_and_can_be_turned_round(CancellationToken cancellation)
    {
        var settings = new LogSettings();
        var (one, other) = (SampleLog.View(20, settings), SampleLog.View(5, settings));
        settings.SetFilter("1.$");
        await Assert.That(one.Shown.Count).IsEqualTo(10);
        await Assert.That(other.Shown.Count).IsEqualTo(0);
        settings.SetFilter("!1.$");
        await Assert.That(one.Shown.Count).IsEqualTo(10);
        await Assert.That(other.Shown.Count).IsEqualTo(5);
        SampleLog.Add(one, 21, 1);
        await Assert.That(Bottom(one)).IsEqualTo("line 21");
        settings.SetFilter("");
        await Assert.That(one.Shown.Count).IsEqualTo(21);
    }

    [Test]
    public async Task One_stream_can_be_left_out_but_events_stay(CancellationToken cancellation)
    {
        var settings = new LogSettings();
        var view = SampleLog.View(2, settings);
        view.Buffer.Append(SampleLog.Line(30, "bad", "err"));
        view.Buffer.Append(SampleLog.Line(1, "exited with code 7", "event"));
        settings.NextStreams();
        await Assert.That(view.Shown.Select(static record => record.Kind)).DoesNotContain(LogRecordKind.Err);
        settings.NextStreams();
        await Assert.That(view.Shown.Select(static record => record.Text.Text))
            .IsEquivalentTo(["bad", "exited with code 7"]);
        settings.NextStreams();
        await Assert.That(view.Shown.Count).IsEqualTo(4);
    }

    [Test]
    public async Task Searching_goes_from_match_to_match(CancellationToken cancellation)
    {
        var settings = new LogSettings();
        var view = SampleLog.View(100, settings);
        settings.Search = SearchText.From("LINE 5$");
        await Assert.That(view.GoToMatch(isBackward: true, Height)).IsFalse().Because("capitals are meant");
        settings.Search = SearchText.From("5$");
        await Assert.That(view.GoToMatch(isBackward: true, Height)).IsTrue();
        await Assert.That(view.Found).IsEqualTo(94);
        view.GoToMatch(isBackward: true, Height);
        await Assert.That(view.Found).IsEqualTo(84);
        view.GoToMatch(isBackward: false, Height);
        await Assert.That(view.Found).IsEqualTo(94);
        await Assert.That(view.GoToMatch(isBackward: false, Height)).IsFalse();
        await Assert.That(view.Follows).IsFalse();
    }

    [Test]
    public async Task A_text_that_is_no_expression_is_searched_for_as_it_is(CancellationToken cancellation)
    {
        var search = SearchText.From("a(b")!;
        await Assert.That(search.Matches("xA(Bx")).IsTrue();
        await Assert.That(search.FindAll("a(b a(b")).IsEquivalentTo([(0, 3), (4, 3)]);
        await Assert.That(SearchText.From("")).IsNull();
    }

    [Test]
    public async Task It_goes_to_events_and_to_a_time(CancellationToken cancellation)
    {
        var view = SampleLog.View(50);
        view.Buffer.Append(SampleLog.Line(1, "exited with code 7", "event", second: 51));
        SampleLog.Add(view, 52, 50);
        await Assert.That(view.GoToEvent(isBackward: true, Height)).IsTrue();
        await Assert.That(view.Shown[view.BottomIndex - Height / 2].Kind).IsEqualTo(LogRecordKind.Event);
        await Assert.That(view.GoToEvent(isBackward: true, Height)).IsFalse();
        await Assert.That(view.GoTo(SampleProcesses.Now.AddSeconds(20 - 1000), Height)).IsTrue();
        await Assert.That(view.Shown[view.BottomIndex - Height / 2].Text.Text).IsEqualTo("line 20");
        await Assert.That(view.GoTo(SampleProcesses.Now, Height)).IsFalse();
    }
}
