using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Tests.Client.Output;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Client.Monit;

/// <summary>What keys and the mouse do.</summary>
[Timeout(60_000)]
public sealed class MonitKeyTests
{
    [Test]
    [Arguments("q"), Arguments("Ctrl-C")]
    public async Task It_can_always_be_left(string key, CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        host.Press(key);
        await Assert.That(host.HasLeft).IsTrue();
        await Assert.That(host.Commands).IsEmpty();
        host = FakeHost.With("web");
        host.Press("/", "x", "Ctrl-C");
        await Assert.That(host.HasLeft).IsTrue();
    }

    [Test]
    public async Task A_selection_stays_on_its_process_while_the_list_is_sorted(CancellationToken cancellation)
    {
        var host = FakeHost.With("c", "a", "b");
        host.Press("Down", "Down");
        await Assert.That(host.Model.Subject).IsEquivalentTo(["b"]);
        host.Press("s");
        await Assert.That(host.Model.List.SortKey).IsEqualTo("name");
        await Assert.That(host.Model.List.Rows.Select(static row => row.Label)).IsEquivalentTo(["a", "b", "c"]);
        await Assert.That(host.Model.Subject).IsEquivalentTo(["b"]);
        host.Press("S");
        await Assert.That(host.Model.List.Rows[0].Label).IsEqualTo("c");
        await Assert.That(host.Model.Subject).IsEquivalentTo(["b"]);
        host.Update(FakeHost.Named("c", "a", "b", "0"));
        await Assert.That(host.Model.Subject).IsEquivalentTo(["b"]);
    }

    [Test]
    public async Task A_filter_works_while_it_is_typed_and_Esc_takes_it_back(CancellationToken cancellation)
    {
        var host = FakeHost.With("web", "worker", "db");
        host.Press("/");
        host.Type("w");
        await Assert.That(host.Model.List.Rows.Count).IsEqualTo(2);
        host.Type("eb");
        await Assert.That(host.Screen().Text).Contains("filter: web");
        host.Press("Enter");
        await Assert.That(host.Model.List.Rows.Count).IsEqualTo(1);
        host.Press("/");
        host.Type("xyz");
        await Assert.That(host.Model.List.Rows.Count).IsEqualTo(0);
        host.Press("Esc");
        await Assert.That(host.Model.List.Filter).IsEqualTo("web");
        host.Press("Esc");
        await Assert.That(host.Model.List.Rows.Count).IsEqualTo(3);
    }

    [Test]
    [Arguments("we", "web"), Arguments("w*", "web,worker"), Arguments("state:err", "db"),
        Arguments("restarts>2", "web"), Arguments("mem>1M", "worker"), Arguments("mem>", "web,worker,db"),
        Arguments("w state:online", "web,worker"), Arguments("cpu<1", "web,worker,db"), Arguments("2", "worker")]
    public async Task A_filter_selects(string filter, string names, CancellationToken cancellation)
    {
        var host = new FakeHost();
        host.Update(
        [
            OutputTests.Status("web", 1) with { Restarts = 3 },
            OutputTests.Status("worker", 2) with { MemoryBytes = 2 << 20 },
            OutputTests.Status("db", 3) with { State = ProcessState.Errored },
        ]);
        host.Model.List.SetFilter(filter);
        await Assert.That(string.Join(',', host.Model.List.Rows.Select(static row => row.Label))).IsEqualTo(names);
    }

    [Test]
    public async Task An_action_runs_its_command_on_the_selection_or_on_what_is_marked(CancellationToken cancellation)
    {
        var host = FakeHost.With("web", "worker", "db");
        host.Press("r");
        host.Press("v", "Down", "v", "R");
        await Assert.That(host.Commands).IsEquivalentTo(["restart web", "reload web db"]);
        host.Press("Esc", "u", "c");
        await Assert.That(host.Commands[2..]).IsEquivalentTo(["start db", "reset db"]);
    }

    [Test]
    public async Task One_instance_of_several_is_meant(CancellationToken cancellation)
    {
        var host = new FakeHost();
        host.Update([OutputTests.Status("web", 1), OutputTests.Status("web", 1, 1)]);
        host.Press("Down", "r", "+");
        await Assert.That(host.Commands).IsEquivalentTo(["restart web:1", "scale web +1"]);
        host.Press(" ");
        await Assert.That(host.Model.List.Rows.Count).IsEqualTo(1);
        await Assert.That(host.Screen().Text).Contains("web ×2");
        host.Press("r");
        await Assert.That(host.Commands[^1]).IsEqualTo("restart web");
    }

    [Test]
    public async Task Only_what_is_dangerous_asks(CancellationToken cancellation)
    {
        var host = FakeHost.With("web", "db");
        host.Press("x");
        await Assert.That(host.Commands).IsEquivalentTo(["stop web"]);
        host.Press("D");
        await Assert.That(host.Commands.Count).IsEqualTo(1);
        await Assert.That(host.Screen().Text).Contains("delete web?");
        host.Press("n");
        await Assert.That(host.Model.Overlay).IsNull();
        host.Press("D", "y");
        await Assert.That(host.Commands[^1]).IsEqualTo("delete web");
        host.Press("V", "x");
        await Assert.That(host.Screen().Text).Contains("stop 2 processes: web, db?");
        host.Press("Esc");
        await Assert.That(host.Commands.Count).IsEqualTo(2);
    }

    [Test]
    public async Task To_stop_what_others_need_asks_and_names_them(CancellationToken cancellation)
    {
        var host = FakeHost.With("db", "web", "shop");
        host.Model.Dependencies =
            new Dictionary<string, IReadOnlyList<string>> { ["web"] = ["db"], ["shop"] = ["web"] };
        host.Press("x");
        await Assert.That(host.Commands).IsEmpty();
        await Assert.That(host.Screen().Text).Contains("These depend on it: web").And.DoesNotContain("web, shop");
        host.Press("y");
        await Assert.That(host.Commands).IsEquivalentTo(["stop db"]);
        host.Press("6");
        host.Press("Down");
        await Assert.That(host.Screen().Text).Contains("needed by").And.Contains("shop");
    }

    [Test]
    public async Task Read_only_runs_nothing(CancellationToken cancellation)
    {
        var host = new FakeHost(new MonitModel { IsReadOnly = true });
        string[] keys = ["r", "R", "x", "u", "D", "+", "-", "K", "a", "c", ":", "Enter"];
        foreach (var key in keys) host.Press(key);
        await Assert.That(host.Commands).IsEmpty();
        await Assert.That(host.Model.Overlay).IsNull();
        await Assert.That(host.Screen().Text).Contains("read-only");
    }

    [Test]
    public async Task A_command_can_be_typed_and_completed(CancellationToken cancellation)
    {
        var host = FakeHost.With("web", "worker");
        host.Press(":");
        host.Type("resta");
        host.Press("Tab");
        await Assert.That(host.Model.Prompt!.Text).IsEqualTo("restart");
        host.Type(" wo");
        host.Press("Tab");
        await Assert.That(host.Model.Prompt!.Text).IsEqualTo("restart worker ");
        host.Press("Enter");
        host.Press(":");
        host.Type("signal HUP 'web'");
        host.Press("Enter");
        await Assert.That(host.Commands).IsEquivalentTo(["restart worker", "signal HUP web"]);
        host.Press(":");
        host.Type("stop $(date)");
        host.Press("Enter");
        await Assert.That(host.Commands.Count).IsEqualTo(2);
        await Assert.That(host.Screen().Text).Contains("quote characters");
    }

    [Test]
    public async Task A_menu_chooses_by_arrow_key_letter_or_click(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        host.Press("Enter", "Down", "Enter");
        host.Press("Enter", "x");
        await Assert.That(host.Commands).IsEquivalentTo(["restart web", "stop web"]);
        host.Click(5, 2, MouseButton.Right);
        await Assert.That(host.Model.Overlay).IsTypeOf<Overlay.Menu>();
        var screen = host.Screen();
        var row = Enumerable.Range(0, 30).First(y => screen.Row(y).Contains("u   start"));
        host.Click(screen.Row(row).IndexOf("start", StringComparison.Ordinal), row);
        await Assert.That(host.Commands[^1]).IsEqualTo("start web");
        host.Press("K", "Enter");
        await Assert.That(host.Commands[^1]).IsEqualTo("signal SIGHUP web");
    }

    [Test]
    public async Task The_mouse_selects_sorts_opens_tabs_and_scrolls(CancellationToken cancellation)
    {
        var host = FakeHost.With("c", "a", "b");
        SampleLog.Add(host.Model.Logs, 1, 100);
        host.Click(5, 3);
        await Assert.That(host.Model.Subject).IsEquivalentTo(["a"]);
        host.Click(5, 1);
        await Assert.That(host.Model.List.SortKey).IsEqualTo("name");
        var screen = host.Screen();
        host.Click(screen.Row(1).IndexOf("why", StringComparison.Ordinal), 1);
        await Assert.That(host.Model.Tab).IsEqualTo(MonitTab.Why);
        host.Press("l", "Esc");
        host.Click(5, 4);
        await Assert.That(host.Model.Subject).IsEquivalentTo(["c"]);
        host.Mouse(MouseAction.WheelUp, 100, 10);
        await Assert.That(host.Model.Logs.Follows).IsFalse();
        await Assert.That(host.Screen().Text).Contains("PAUSED 3 new");
        host.Click(host.Screen().Row(29).IndexOf("help", StringComparison.Ordinal), 29);
        await Assert.That(host.Model.Overlay).IsTypeOf<Overlay.Help>();
        host.Press("Esc", "M");
        await Assert.That(host.HasMouse).IsFalse();
    }

    [Test]
    public async Task Dragging_copies_the_lines_without_the_list(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        SampleLog.Add(host.Model.Logs, 1, 5);
        host.Mouse(MouseAction.Press, 100, 3);
        host.Mouse(MouseAction.Release, 60, 5);
        await Assert.That(host.Copied).IsEquivalentTo(["line 2\nline 3\nline 4"]);
    }

    [Test]
    public async Task Lines_are_selected_and_copied_with_keys(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        SampleLog.Add(host.Model.Logs, 1, 100);
        host.Press("y", "Y", "Tab", "v", "Up", "Up", "y");
        await Assert.That(host.Copied[0]).IsEqualTo("web");
        await Assert.That(host.Copied[^1]).IsEqualTo("line 98\nline 99\nline 100");
        await Assert.That(host.Model.Logs.SelectionStart).IsNull();
    }

    [Test]
    public async Task In_the_pane_keys_are_about_lines(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        SampleLog.Add(host.Model.Logs, 1, 100);
        host.Press("Tab", "/");
        host.Type("line 4");
        host.Press("Enter");
        await Assert.That(host.Model.Logs.Found).IsEqualTo(48);
        host.Press("n", "N", "N", "&");
        host.Type("!line 1");
        host.Press("Enter", "m", "t", "o", "W", "J", "G");
        await Assert.That(host.Screen().Text).Contains("&!line 1").And.Contains("follow").And.Contains("────");
        host.Press("Home");
        await Assert.That(host.OlderRequests).IsEqualTo(1);
        host.Press("T");
        host.Type("nonsense");
        host.Press("Enter");
        await Assert.That(host.Screen().Text).Contains("'nonsense' is not a time");
        host.Press("p");
        await Assert.That(host.Paged.Count).IsEqualTo(1);
        host.Press("Esc");
        await Assert.That(host.Model.LogSettings.Filter).IsNull();
    }

    [Test]
    public async Task A_search_goes_on_in_older_lines_until_it_finds_something(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        SampleLog.Add(host.Model.Logs, 100, 5);
        var oldest = 100;
        host.Older = () =>
        {
            oldest -= 10;
            return [.. Enumerable.Range(oldest, 10).Where(static i => i > 0)
                .Select(static i => SampleLog.Line(i * 10, $"line {i}", second: i))];
        };
        host.Press("Tab", "/");
        host.Type("line 42$");
        host.Press("Enter");
        await Assert.That(host.OlderRequests).IsEqualTo(6);
        await Assert.That(host.Screen().Text).Contains("line 42");
        host.Press("/");
        host.Type("nowhere");
        host.Press("Enter");
        await Assert.That(host.Screen().Text).Contains("no earlier match of 'nowhere'");
        await Assert.That(host.Model.Logs.Buffer.HasOldest).IsTrue();
    }

    [Test]
    public async Task A_paste_is_text_and_never_a_key(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        host.Press("\e[200~qxD\e[201~");
        await Assert.That(host.HasLeft).IsFalse();
        await Assert.That(host.Commands).IsEmpty();
        host.Press("/", "\e[200~we\nb\e[201~");
        await Assert.That(host.Model.List.Filter).IsEqualTo("we b");
    }

    [Test]
    public async Task A_narrow_screen_shows_one_part_at_a_time(CancellationToken cancellation)
    {
        var host = new FakeHost(width: 50, height: 20, processes: 3);
        await Assert.That(host.Screen().Text).Contains("uptime").And.DoesNotContain("why");
        host.Press("Tab");
        await Assert.That(host.Screen().Text).Contains("why").And.DoesNotContain("uptime");
        host.Press("z");
        await Assert.That(host.Screen().Row(0)).IsEqualTo("no output yet");
        host.Press("Esc", "Esc");
        await Assert.That(host.Screen().Text).Contains("uptime");
    }

    [Test]
    public async Task Failures_come_first_and_groups_fold(CancellationToken cancellation)
    {
        var host = new FakeHost();
        host.Update(
        [
            OutputTests.Status("web", 1) with { Namespace = "shop" },
            OutputTests.Status("bad", 2) with { Namespace = "lab", State = ProcessState.Errored },
            OutputTests.Status("db", 3) with { Namespace = "shop" },
        ]);
        host.Press("!");
        await Assert.That(host.Model.List.Rows[0].Label).IsEqualTo("bad");
        host.Press("!", "g");
        await Assert.That(host.Model.List.Rows.Select(static row => row.Label))
            .IsEquivalentTo(["lab", "  bad", "shop", "  web", "  db"]);
        host.Press("Home", "Down", "Down", "Left");
        await Assert.That(host.Model.List.Rows.Select(static row => row.Label))
            .IsEquivalentTo(["lab", "  bad", "shop"]);
        await Assert.That(host.Model.Subject).IsEquivalentTo(["web", "db"]);
    }

    [Test]
    public async Task Keys_can_be_chosen_and_a_wrong_name_is_reported(CancellationToken cancellation)
    {
        var chosen = new Dictionary<string, string> { ["restart"] = "F5", ["leave"] = "Q" };
        var keys = KeyBindings.With(chosen, out var problem);
        await Assert.That(problem).IsNull();
        var host = new FakeHost(new MonitModel { Keys = keys });
        host.Update(FakeHost.Named("web"));
        host.Press("q", "r");
        await Assert.That(host.HasLeft).IsFalse();
        await Assert.That(host.Commands).IsEmpty();
        host.Press("\e[15~", "Q");
        await Assert.That(host.Commands).IsEquivalentTo(["restart web"]);
        await Assert.That(host.HasLeft).IsTrue();
        var same = KeyBindings.With(new Dictionary<string, string> { ["rstart"] = "F5" }, out problem);
        await Assert.That(problem).Contains("monit.keys.rstart");
        await Assert.That(same).IsSameReferenceAs(KeyBindings.Default);
    }

    [Test]
    public async Task The_page_has_all_keys(CancellationToken cancellation)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "monit.md"), cancellation);
        foreach (var binding in KeyBindings.Default)
        {
            var keys = string.Join(' ', binding.Keys.Split(' ').Select(static key => $"`{key}`"));
            await Assert.That(page).Contains($"| `{KeyBindings.NameOf(binding.Command)}` | {keys} | {binding.Help} |");
        }
    }

    /// <summary>A key that means two things at the same place would hide one of them.</summary>
    [Test]
    public async Task No_key_means_two_things_at_one_place(CancellationToken cancellation)
    {
        foreach (var own in new[] { KeyScope.List, KeyScope.Pane })
        {
            var keys = KeyBindings.Default
                .Where(binding => binding.Scope == own || binding.Scope is KeyScope.Action or KeyScope.Screen)
                .SelectMany(static binding => binding.Keys.Split(' ')).ToList();
            await Assert.That(keys.Distinct().Count()).IsEqualTo(keys.Count).Because(string.Join(' ', keys));
        }
        await Assert.That(KeyBindings.Default.Select(static binding => binding.Command).Distinct().Count())
            .IsEqualTo(Enum.GetValues<KeyAction>().Length);
    }
}
