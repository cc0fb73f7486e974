using System.Collections.Concurrent;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Watching;

namespace Tspm.Tests.Platform;

/// <summary>Watching real files: the kernel tells, and what it tells is not lost however the tree changes.</summary>
[Timeout(60_000)]
internal sealed class InotifyTests
{
    [Test]
    public async Task Written_made_renamed_and_removed_files_are_told_in_old_and_new_folders(
        CancellationToken cancellation)
    {
        using var box = new Watched(cancellation);
        box.Make("src/deep/a.txt");
        box.Make("node_modules/m/x.js");
        await box.Watch("");
        await box.Tells("src/deep/a.txt", () => File.WriteAllText(box.Of("src/deep/a.txt"), "changed"));
        await box.Tells("b.txt", () => File.WriteAllText(box.Of("b.txt"), ""));
        await box.Tells("b.txt", () => File.Move(box.Of("b.txt"), box.Of("c.txt")));
        await box.Tells("c.txt", () => File.Delete(box.Of("c.txt")));
        await box.Tells("new", () => Directory.CreateDirectory(box.Of("new/er/est")));
        // Followed as soon as it is there, all the way down.
        await box.TellsAtLast("new/er/est/file", () => File.WriteAllText(box.Of("new/er/est/file"), "x"));
        await box.Tells("src", () => Directory.Move(box.Of("src"), box.Of("lib")));
        await box.TellsAtLast("lib/deep/a.txt", () => File.WriteAllText(box.Of("lib/deep/a.txt"), "moved along"));
        File.WriteAllText(box.Of("node_modules/m/x.js"), "ignored");
        await box.Tells("end", () => File.WriteAllText(box.Of("end"), ""));
        await Assert.That(box.Told.Any(path => path.Contains("node_modules"))).IsFalse();
    }

    [Test]
    public async Task A_path_that_goes_and_comes_back_or_is_replaced_is_watched_on(CancellationToken cancellation)
    {
        using var box = new Watched(cancellation);
        await box.Watch("app/src", "app/one.conf");
        await box.Tells("app/src", () => Directory.CreateDirectory(box.Of("app/src")));
        await box.TellsAtLast("app/src/x", () => File.WriteAllText(box.Of("app/src/x"), "1"));
        Directory.Delete(box.Of("app"), recursive: true);
        box.Told.Clear();
        await box.Tells("app/src", () => box.Make("app/src/y"));
        await box.TellsAtLast("app/src/y", () => File.WriteAllText(box.Of("app/src/y"), "2"));
        box.Make("app/next/z");
        await box.Tells("app/src", () =>
        {
            Directory.Move(box.Of("app/src"), box.Of("app/old"));
            Directory.Move(box.Of("app/next"), box.Of("app/src"));
        });
        await box.TellsAtLast("app/src/z", () => File.WriteAllText(box.Of("app/src/z"), "3"));
        // A file: made, written, and replaced by renaming, as editors do it.
        await box.Tells("app/one.conf", () => File.WriteAllText(box.Of("app/one.conf"), "1"));
        await box.Tells("app/one.conf", () => File.WriteAllText(box.Of("app/one.conf"), "2"));
        File.WriteAllText(box.Of("app/.tmp"), "3");
        await box.Tells("app/one.conf", () => File.Move(box.Of("app/.tmp"), box.Of("app/one.conf"), overwrite: true));
    }

    [Test]
    public async Task A_link_that_is_pointed_elsewhere_is_followed(CancellationToken cancellation)
    {
        using var box = new Watched(cancellation);
        box.Make("releases/1/app.js");
        box.Make("releases/2/app.js");
        File.CreateSymbolicLink(box.Of("current"), "releases/1");
        await box.Watch("current");
        await box.Tells("current/app.js", () => File.WriteAllText(box.Of("releases/1/app.js"), "x"));
        await box.Tells("current", () =>
        {
            File.CreateSymbolicLink(box.Of("next"), "releases/2");
            _ = FileSystem.Rename(box.Of("next"), box.Of("current"));
        });
        await box.TellsAtLast("current/app.js", () => File.WriteAllText(box.Of("releases/2/app.js"), "x"));
    }

    [Test]
    public async Task Two_that_watch_the_same_folder_are_told_both_and_one_that_ends_takes_nothing_along(
        CancellationToken cancellation)
    {
        using var box = new Watched(cancellation);
        box.Make("src/a");
        var first = await box.Watch("src");
        var second = new ConcurrentBag<string>();
        using var other = box.Watcher.Watch(new FileWatchPlan
        {
            Paths = [new WatchedPath(box.Of("src"))],
            IsIgnored = _ =>
                false,
            Changed = (path, _) => second.Add(path),
            Troubled = _ => { },
        });
        await other.Ready.WaitAsync(cancellation);
        await box.Tells("src/a", () => File.WriteAllText(box.Of("src/a"), "1"));
        await Sandbox.UntilAsync(() => second.Contains(box.Of("src/a")), cancellation);
        first.Dispose();
        second.Clear();
        File.WriteAllText(box.Of("src/a"), "2");
        await Sandbox.UntilAsync(() => second.Contains(box.Of("src/a")), cancellation);
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task What_happened_before_is_forgotten_on_request(bool isBusy, CancellationToken cancellation)
    {
        using var box = new Watched(cancellation);
        var watch = await box.Watch("");
        // A loop that has other things to do reads it later.
        using var free = isBusy ? box.Occupy() : null;
        File.WriteAllText(box.Of("before"), "");
        var epoch = watch.Forget();
        free?.Dispose();
        await box.TellsAtLast("after", () => File.WriteAllText(box.Of("after"), ""), epoch);
        await Assert.That(box.ToldWith(epoch).Any(path => path.EndsWith("before", StringComparison.Ordinal))).IsFalse();
    }

    [Test]
    public async Task A_large_tree_is_watched_without_holding_up_the_loop_and_given_back(CancellationToken cancellation)
    {
        using var box = new Watched(cancellation);
        for (var i = 0; i < 40; i++)
            for (var j = 0; j < 50; j++) Directory.CreateDirectory(box.Of($"{i}/{j}"));
        var watch = await box.Watch("");
        await Assert.That(Watches()).IsGreaterThanOrEqualTo(2041);
        await box.Tells("39/49/x", () => File.WriteAllText(box.Of("39/49/x"), ""));
        Directory.Delete(box.Of("39"), recursive: true);
        await Sandbox.UntilAsync(() => Watches() < 2041, cancellation);
        watch.Dispose();
        await Sandbox.UntilAsync(() => Watches() == 0, cancellation);

        // Of this program, that is: what other tests watch at the same time is in descriptors of their own.
        int Watches()
        {
            foreach (var fd in Directory.GetFiles("/proc/self/fdinfo"))
            {
                try
                {
                    var lines = File.ReadAllLines(fd)
                        .Count(line => line.StartsWith("inotify ", StringComparison.Ordinal));
                    if (lines > 1000) return lines;
                }
                catch (IOException)
                {
                    // Closed meanwhile.
                }
            }
            return 0;
        }
    }

    [Test]
    public async Task A_folder_that_may_not_be_read_is_said_once(CancellationToken cancellation)
    {
        Skip.When(Environment.UserName == "root", "root may read every folder");
        using var box = new Watched(cancellation);
        box.Make("secret/x");
        File.SetUnixFileMode(box.Of("secret"), UnixFileMode.None);
        await box.Watch("");
        File.SetUnixFileMode(box.Of("secret"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Assert.That(box.Troubles.Single()).Contains("secret is not watched: Permission denied");
    }

    /// <summary>A temporary folder, a loop, and what was told of the one by the other.</summary>
    sealed class Watched : IDisposable
    {
        readonly CancellationToken _cancellation;
        readonly EventLoop _loop = new("test files");
        readonly string _folder = FileSystem.RealPath(Directory.CreateTempSubdirectory("tspm-watch-").FullName);

        public Watched(CancellationToken cancellation)
        {
            _cancellation = cancellation;
            _loop.Start();
            Watcher = new InotifyWatcher(_loop);
        }

        public InotifyWatcher Watcher { get; }
        public ConcurrentQueue<string> Told { get; } = new();
        public ConcurrentQueue<string> Troubles { get; } = new();

        readonly List<IFileWatch> _watches = [];
        readonly ConcurrentQueue<(string Path, long Epoch)> _epochs = new();

        public IEnumerable<string> ToldWith(long epoch) =>
            _epochs.Where(told => told.Epoch == epoch).Select(told => told.Path);

        public string Of(string path) => Path.Combine(_folder, path).TrimEnd('/');

        public void Make(string file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Of(file))!);
            File.WriteAllText(Of(file), "");
        }

        public async Task<IFileWatch> Watch(params string[] paths)
        {
            var watch = Watcher.Watch(new FileWatchPlan
            {
                Paths = [.. paths.Select(path => new WatchedPath(Of(path)))],
                IsIgnored = path =>
                    path.EndsWith("/node_modules", StringComparison.Ordinal),
                Changed = (path, epoch) =>
                {
                    Told.Enqueue(path);
                    _epochs.Enqueue((path, epoch));
                },
                Troubled = Troubles.Enqueue,
            });
            await watch.Ready.WaitAsync(_cancellation);
            _watches.Add(watch);
            return watch;
        }

        /// <summary>The loop reads nothing until the result is disposed.</summary>
        public IDisposable Occupy()
        {
            var end = new ManualResetEventSlim();
            _loop.Post(end.Wait);
            return new Occupation(end);
        }

        sealed class Occupation(ManualResetEventSlim end) : IDisposable
        {
            public void Dispose() => end.Set();
        }

        /// <summary>Of one batch of events the first is told: here each comes alone.</summary>
        public async Task Tells(string path, Action change)
        {
            foreach (var watch in _watches) watch.Forget();
            await _loop.Ask(static () => 0); // all that came before was read
            Told.Clear();
            change();
            await Sandbox.UntilAsync(() => Told.Contains(Of(path)), _cancellation);
        }

        /// <summary>The folder may be entered only just now: until then its parent has told.</summary>
        public async Task TellsAtLast(string path, Action change, long? epoch = null)
        {
            Told.Clear();
            await Sandbox.UntilAsync(() =>
            {
                change();
                return epoch is { } wanted ? ToldWith(wanted).Contains(Of(path)) : Told.Contains(Of(path));
            }, _cancellation);
        }

        public void Dispose()
        {
            foreach (var watch in _watches) watch.Dispose();
            _loop.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
