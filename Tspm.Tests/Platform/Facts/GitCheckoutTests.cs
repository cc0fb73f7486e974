using Microsoft.Extensions.Time.Testing;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform.Facts;

namespace Tspm.Tests.Platform.Facts;

/// <summary>What is read of a checkout is what git itself says of it, or is said to be unknown.</summary>
[Timeout(120_000)]
internal sealed class GitCheckoutTests
{
    static string Names(GitFacts facts) => string.Join(' ', facts.Changed.Select(file => file.Path));

    [Test]
    public async Task The_commit_and_the_branch_are_those_of_git(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var facts = GitBox.Read(Path.Combine(box.Folder, "lib"))!;
        await Assert.That(facts.Root).IsEqualTo(box.Folder);
        await Assert.That(facts.Commit).IsEqualTo(await box.Git("rev-parse", "HEAD"));
        await Assert.That(facts.Branch).IsEqualTo("main");
        await Assert.That(facts is { IsComplete: true, ChangedCount: 0, Changed.Count: 0 }).IsTrue();
    }

    [Test]
    public async Task A_ref_may_be_packed_and_head_detached(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        await box.Git("branch", "feature/x");
        await box.Git("tag", "-a", "-m", "t", "v1");
        await box.Git("pack-refs", "--all");
        await Assert.That(File.Exists(Path.Combine(box.Folder, ".git/refs/heads/main"))).IsFalse();
        await Assert.That(box.Read().Commit).IsEqualTo(await box.Git("rev-parse", "HEAD"));
        await box.Git("checkout", "-q", "feature/x");
        await Assert.That(box.Read().Branch).IsEqualTo("feature/x");
        await box.Git("checkout", "-q", "--detach");
        await Assert.That(box.Read() is { Branch: null, Commit.Length: 40 }).IsTrue();
        await box.Git("checkout", "-q", "--orphan", "empty");
        await Assert.That(box.Read() is { Branch: "empty", Commit: null, IsComplete: true }).IsTrue();
    }

    [Test]
    public async Task Nothing_outside_of_the_checkout_is_looked_at(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var outside = Directory.CreateDirectory(Path.Combine(box.Base, "outside")).FullName;
        File.Move(Path.Combine(box.Folder, "lib/c.txt"), Path.Combine(outside, "c.txt"));
        Directory.Delete(Path.Combine(box.Folder, "lib"));
        File.CreateSymbolicLink(Path.Combine(box.Folder, "lib"), outside);
        // As git has it: what is behind a link is gone.
        var changed = box.Read().Changed.Single();
        await Assert.That((changed.Path, changed.SizeBytes, changed.ModifiedAt))
            .IsEqualTo(("lib/c.txt", 0L, (DateTimeOffset?)null));
        var root = Fcntl.open(box.Folder, Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC);
        using var descriptor = new Microsoft.Win32.SafeHandles.SafeFileHandle(root, ownsHandle: true);
        foreach (var path in new[] { "/etc/passwd", "../outside/c.txt", "a/../../x", "lib/c.txt", "lib//c.txt",
            "./a.txt", "" })
            await Assert.That(new TrackedPath().IsInside(root, System.Text.Encoding.UTF8.GetBytes(path))).IsFalse();
        Directory.CreateDirectory(Path.Combine(box.Folder, "x/y"));
        var paths = new TrackedPath();
        foreach (var path in new[] { "a.txt", "x/y/1", "x/y/2", "x/3", "x/y/4" })
            await Assert.That(paths.IsInside(root, System.Text.Encoding.UTF8.GetBytes(path))).IsTrue().Because(path);
        foreach (var path in new[] { "x/ya/1", "xy/1" })
            await Assert.That(paths.IsInside(root, System.Text.Encoding.UTF8.GetBytes(path))).IsFalse().Because(path);
    }

    [Test]
    public async Task A_linked_working_tree_and_a_submodule_are_checkouts(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var linked = Path.Combine(box.Base, "linked");
        await box.Git("worktree", "add", "-q", "-b", "other", linked);
        await box.Git("commit", "-q", "--allow-empty", "-m", "second");
        File.WriteAllText(Path.Combine(linked, "b.txt"), "another content here\n");
        var facts = GitBox.Read(linked)!;
        await Assert.That(facts.Commit).IsEqualTo(await box.GitIn(linked, "rev-parse", "HEAD"));
        await Assert.That(facts.Commit).IsNotEqualTo(box.Read().Commit);
        await Assert.That(facts.Branch).IsEqualTo("other");
        await Assert.That(Names(facts)).IsEqualTo("b.txt");
        await Assert.That(Names(box.Read())).IsEqualTo("");

        var outer = Path.Combine(box.Base, "outer");
        Directory.CreateDirectory(outer);
        await box.GitIn(outer, "init", "-q");
        await box.GitIn(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", box.Folder, "sub");
        await box.GitIn(outer, "commit", "-q", "-m", "with a submodule");
        var sub = Path.Combine(outer, "sub");
        await Assert.That(File.Exists(Path.Combine(sub, ".git"))).IsTrue();
        await Assert.That(GitBox.Read(sub)!.Commit).IsEqualTo(await box.Git("rev-parse", "HEAD"));
        await Assert.That(GitBox.Read(sub)!.Root).IsEqualTo(sub);
        // The commit of a submodule is not a file of the outer checkout.
        await Assert.That(GitBox.Read(outer)! is { IsComplete: true, ChangedCount: 0 }).IsTrue();
    }

    [Test]
    [Arguments(2), Arguments(3), Arguments(4)]
    public async Task All_versions_of_the_index_are_read(int version, CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        foreach (var name in new[] { "lib/c.d.txt", "lib/cc", "z", new string('p', 200), "lib/ü b.txt" })
            box.Write(name, name);
        await box.Git("add", ".");
        // What is only intended to be added needs version 3.
        if (version == 3)
        {
            box.Write("intended", "later");
            await box.Git("add", "-N", "intended");
        }
        else await box.Git("update-index", "--index-version", $"{version}");
        await Assert.That(File.ReadAllBytes(Path.Combine(box.Folder, ".git/index"))[7]).IsEqualTo((byte)version);
        box.Write("lib/ü b.txt", "changed");
        box.Write("z", "2");
        File.Delete(Path.Combine(box.Folder, "lib/cc"));
        var facts = box.Read();
        await Assert.That(facts.IsComplete).IsTrue();
        await Assert.That(facts.Changed.Select(file => file.Path))
            .IsEquivalentTo(["lib/cc", "lib/ü b.txt", "z", .. version == 3 ? ["intended"] : Array.Empty<string>()]);
        await Assert.That(facts.Changed.Single(file => file.Path == "lib/cc").ModifiedAt).IsNull();
        await Assert.That(facts.Changed.Single(file => file.Path == "z").SizeBytes).IsEqualTo(1);
    }

    [Test]
    public async Task The_content_decides_where_only_the_time_differs(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        File.SetLastWriteTimeUtc(Path.Combine(box.Folder, "a.txt"), new DateTime(2020, 1, 1));
        File.SetLastWriteTimeUtc(Path.Combine(box.Folder, "b.txt"), new DateTime(2020, 1, 1));
        await Assert.That(box.Read() is { IsComplete: true, ChangedCount: 0 }).IsTrue();
        box.Write("a.txt", "THIS IS a.txt\n");
        await Assert.That(Names(box.Read())).IsEqualTo("a.txt");
        // Git may store something else than what is in the file: then nobody here can say.
        box.Write(".gitattributes", "* text=auto\n");
        await Assert.That(box.Read() is { IsComplete: false, ChangedCount: 0 }).IsTrue();
    }

    [Test]
    public async Task What_is_written_in_the_same_moment_as_the_index_is_seen(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var (file, index) = (Path.Combine(box.Folder, "a.txt"), Path.Combine(box.Folder, ".git/index"));
        var moment = new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, moment);
        await box.Git("update-index", "--refresh");
        File.SetLastWriteTimeUtc(index, moment);
        box.Write("a.txt", "THIS IS a.txt\n");
        File.SetLastWriteTimeUtc(file, moment);
        await Assert.That(Names(box.Read())).IsEqualTo("a.txt");
    }

    [Test]
    public async Task It_agrees_with_git_about_whatever_is_done_to_files(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var random = new Random(5);
        for (var i = 0; i < 40; i++) box.Write($"lib/f{i}", new string((char)('a' + (i % 26)), 10 + i));
        await box.Git("add", ".");
        await box.Git("commit", "-q", "-m", "many");
        for (var round = 0; round < 12; round++)
        {
            for (var change = 0; change < 3; change++)
                Change(Path.Combine(box.Folder, $"lib/f{random.Next(40)}"), random);
            if (round % 4 == 3) await box.Git("add", "-u");
            if (round == 8) await box.Git("update-index", "--index-version", "4");
            var expected = await box.Changed();
            var facts = box.Read();
            await Assert.That(facts.IsComplete).IsTrue();
            await Assert.That(facts.ChangedCount).IsEqualTo(expected.Length);
            await Assert.That(facts.Changed.Select(file => file.Path))
                .IsEquivalentTo(expected.Take(GitFacts.MostNames));
        }
    }

    static void Change(string path, Random random)
    {
        switch (random.Next(6))
        {
            case 0: File.Delete(path); break;
            case 1 when File.Exists(path):
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-random.Next(1000)));
                break;
            case 2 when File.Exists(path): File.WriteAllText(path, File.ReadAllText(path)); break;
            case 3:
                File.Delete(path);
                File.CreateSymbolicLink(path, "../a.txt");
                break;
            case 4 when File.Exists(path) && File.ResolveLinkTarget(path, false) is null:
                var content = File.ReadAllBytes(path);
                content[0]++;
                File.WriteAllBytes(path, content);
                break;
            default:
                File.Delete(path);
                File.WriteAllText(path, new string('x', random.Next(60)));
                break;
        }
    }

    [Test]
    public async Task Unmerged_files_are_changed_and_those_that_git_does_not_look_at_are_not(
        CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        await box.Git("checkout", "-q", "-b", "side");
        box.Write("a.txt", "side\n");
        await box.Git("commit", "-qam", "side");
        await box.Git("checkout", "-q", "main");
        box.Write("a.txt", "main\n");
        await box.Git("commit", "-qam", "main");
        await Assert.That(async () => await box.Git("merge", "-q", "side")).Throws<Exception>();
        box.Write("b.txt", "nobody looks");
        await box.Git("update-index", "--assume-unchanged", "b.txt");
        await box.Git("update-index", "--skip-worktree", "lib/c.txt");
        File.Delete(Path.Combine(box.Folder, "lib/c.txt"));
        await Assert.That(box.Read() is { IsComplete: true, ChangedCount: 1 } facts && Names(facts) == "a.txt")
            .IsTrue();
    }

    [Test]
    public async Task What_is_staged_is_told_apart(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var before = box.Read().Staged;
        await Assert.That(before).IsNotNull();
        box.Write("a.txt", "another\n");
        await Assert.That(box.Read().Staged).IsEqualTo(before);
        await box.Git("add", ".");
        await Assert.That(box.Read().Staged).IsNotEqualTo(before);
        await Assert.That(box.Read().ChangedCount).IsEqualTo(0);
    }

    [Test]
    public async Task Only_so_many_names_are_kept_and_all_are_counted(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        for (var i = 0; i < 30; i++) box.Write($"f{i:00}", "before");
        await box.Git("add", ".");
        for (var i = 0; i < 30; i++) box.Write($"f{i:00}", "and after");
        await Assert.That(box.Read() is { ChangedCount: 30, Changed.Count: GitFacts.MostNames, IsComplete: true })
            .IsTrue();
    }

    [Test]
    public async Task A_split_index_and_one_with_long_names_is_not_known_in_full(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        await box.Git("update-index", "--split-index");
        box.Write("a.txt", "more than before\n");
        await Assert.That(box.Read().IsComplete).IsFalse();

        using var newer = await GitBox.Make(cancellation, "--object-format=sha256");
        await Assert.That(newer.Read() is { Commit.Length: 64, IsComplete: true, ChangedCount: 0 }).IsTrue();
        newer.Write("a.txt", "more than before\n");
        await Assert.That(Names(newer.Read())).IsEqualTo("a.txt");
    }

    [Test]
    public async Task No_time_means_not_known_and_never_unchanged(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        for (var i = 0; i < 5000; i++) box.Write($"lib/f{i:0000}", "x");
        await box.Git("add", ".");
        box.Write("lib/f0010", "changed");
        box.Write("lib/f4990", "changed");
        await Assert.That(box.Read() is { IsComplete: true, ChangedCount: 2 }).IsTrue();
        // 1 ms passes whenever somebody looks at the clock.
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        var began = clock.GetUtcNow();
        var facts = GitCheckout.Around(box.Folder)!.Read(new TimeBudget(clock, TimeSpan.FromMilliseconds(20)));
        await Assert.That(facts is { IsComplete: false, Staged: null, Commit: not null }
            && Names(facts) == "lib/f0010").IsTrue();
        await Assert.That(clock.GetUtcNow() - began).IsLessThan(TimeSpan.FromMilliseconds(30));
    }

    [Test]
    public async Task Where_there_is_no_checkout_there_is_nothing(CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        await Assert.That(GitBox.Read(box.Base)).IsNull();
        await Assert.That(GitBox.Read("/")).IsNull();
        await Assert.That(GitBox.Read(Path.Combine(box.Base, "missing"))).IsNull();
        // A folder of that name in a checkout is passed by, as git does it.
        Directory.CreateDirectory(Path.Combine(box.Folder, "lib/.git"));
        await Assert.That(GitBox.Read(Path.Combine(box.Folder, "lib"))!.Root).IsEqualTo(box.Folder);
    }

    [Test]
    public async Task Nothing_but_names_of_objects_and_refs_is_taken_from_a_hostile_checkout(
        CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var secret = Path.Combine(box.Base, "secret");
        File.WriteAllText(secret, "password\n");
        var head = Path.Combine(box.Folder, ".git/HEAD");
        var (zeros, name) = (new string('0', 9000), "ref: refs/heads/" + new string('x', 3000));
        const string up = "ref: refs/../../../secret\n";
        foreach (var text in new[] { "ref: ../../secret\n", up, "password\n", "", zeros, name })
        {
            File.WriteAllText(head, text);
            await Assert.That(GitBox.Read(box.Folder)?.Commit).IsNull();
        }
        File.Delete(head);
        File.CreateSymbolicLink(head, secret);
        await Assert.That(GitBox.Read(box.Folder)?.Commit).IsNull();
        File.Delete(head);
        await Assert.That(SysStat.mkfifo(head, 0x180)).IsEqualTo(0);
        await Assert.That(GitBox.Read(box.Folder)).IsNull();
        var other = Path.Combine(box.Base, "other");
        Directory.CreateDirectory(other);
        foreach (var text in new[] { "gitdir: /dev\n", "gitdir: ../nowhere\n", $"gitdir: {secret}\n", "nonsense", "" })
        {
            File.WriteAllText(Path.Combine(other, ".git"), text);
            await Assert.That(GitBox.Read(other)).IsNull();
        }
    }

    [Test]
    public async Task Whatever_is_in_an_index_it_ends_and_claims_nothing_of_what_it_cannot_read(
        CancellationToken cancellation)
    {
        using var box = await GitBox.Make(cancellation);
        var index = Path.Combine(box.Folder, ".git/index");
        foreach (var version in new[] { "2", "4" })
        {
            await box.Git("update-index", "--index-version", version);
            var whole = File.ReadAllBytes(index);
            var random = new Random(11);
            for (var length = 0; length < whole.Length - 20; length += 3)
            {
                File.WriteAllBytes(index, whole[..length]);
                if (box.Read() is { IsComplete: true } wrong && length < 200)
                    throw new InvalidOperationException($"complete at {length}: {wrong}");
            }
            for (var round = 0; round < 300; round++)
            {
                var broken = whole.ToArray();
                for (var count = random.Next(1, 6); count > 0; count--)
                    broken[random.Next(broken.Length)] = (byte)random.Next(256);
                File.WriteAllBytes(index, broken);
                _ = box.Read();
            }
            File.WriteAllBytes(index, whole);
        }
        await Assert.That(box.Read() is { IsComplete: true, ChangedCount: 0 }).IsTrue();
    }
}
