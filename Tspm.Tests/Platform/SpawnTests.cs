using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Tests.Platform;

/// <summary>Starting real programs: what they get, and what is said when they cannot be started.</summary>
[Timeout(60_000)]
public class SpawnTests
{
    [Test]
    public async Task The_child_gets_exactly_the_given_environment(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var request = box.Program("/usr/bin/env", "env") with
        {
            Environment = new Dictionary<string, string> { ["A"] = "1 = 2", ["Ü"] = "ß\nx", ["EMPTY"] = "" },
        };
        var lines = await box.RunAsync(request, cancellation);
        await Assert.That(lines).IsEqualTo("A=1 = 2\nÜ=ß\nx\nEMPTY=\n");
    }

    [Test]
    public async Task Arguments_arrive_unchanged(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var text = await box.RunAsync(box.Program("printf", "printf", "[%s]", "a b", "", "--", "*", "ß"), cancellation);
        await Assert.That(text).IsEqualTo("[a b][][--][*][ß]");
    }

    [Test]
    public async Task The_child_leads_its_own_session_and_group_and_the_status_of_its_signals_is_clean(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Program("cat", "cat", "/proc/self/stat", "/proc/self/status"));
        await Sandbox.EndOf(child, cancellation);
        var text = box.ReadAvailable("out");
        var fields = text[(text.IndexOf(')') + 2)..].Split(' ');
        await Assert.That(fields[2]).IsEqualTo($"{child.Pid}");
        await Assert.That(fields[3]).IsEqualTo($"{child.Pid}");
        foreach (var set in new[] { "SigBlk", "SigIgn", "SigCgt" })
            await Assert.That(text).Contains($"{set}:\t0000000000000000");
    }

    [Test]
    public async Task No_descriptor_but_the_three_is_inherited(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var leak = Fcntl.open("/dev/null", Fcntl.O_RDONLY); // as if this process had been started with one
        _ = box.NewSystem();
        // Not another program after that word: while its libraries are loaded it has them open.
        var child = box.Spawn(box.Shell("echo ready; kill -STOP $$"));
        await box.ReadUntilAsync("out", "ready", cancellation);
        await Assert.That(Sandbox.DescriptorsOf(child.Pid)).IsEqualTo("0 1 2");
        await Assert.That(File.ResolveLinkTarget($"/proc/{child.Pid}/fd/0", false)!.FullName).IsEqualTo("/dev/null");
        await Assert.That(File.ResolveLinkTarget($"/proc/{child.Pid}/fd/2", false)!.FullName)
            .IsEqualTo(box.PathOf("err"));
        _ = Unistd.close(leak);
    }

    [Test]
    public async Task Standard_input_can_be_a_fifo(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var input = box.Fifo("in");
        var child = box.Spawn(box.Shell("read line; echo got $line") with { StdinPath = input });
        await File.WriteAllTextAsync(input, "hello\n", cancellation);
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.ReadAvailable("out")).IsEqualTo("got hello\n");
    }

    [Test]
    public async Task Output_that_nobody_reads_is_no_broken_pipe(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var request = box.Shell("echo one; echo two; exit 3");
        File.Delete(request.StdoutPath);
        _ = SysStat.mkfifo(request.StdoutPath, 0x180);
        var child = box.Spawn(request);
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(child.PeekExit()).IsEqualTo(new ExitStatus(3, null));
    }

    [Test]
    [Arguments(1024UL, null, "1024")]
    [Arguments(512UL, null, "512")]
    [Arguments(1024UL, 700L, "700")]
    public async Task The_descriptor_limit_is_the_original_or_the_wanted_one(ulong original, long? wanted,
        string expected, CancellationToken cancellation)
    {
        using var box = new Sandbox(original);
        var limit = await box.RunAsync(box.Shell("ulimit -Sn") with { OpenFilesLimit = wanted }, cancellation);
        await Assert.That(limit.Trim()).IsEqualTo(expected);
    }

    [Test]
    public async Task A_wanted_descriptor_limit_above_the_hard_one_is_cut(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var limits = await box
            .RunAsync(box.Shell("ulimit -Sn; ulimit -Hn") with { OpenFilesLimit = long.MaxValue }, cancellation);
        var lines = limits.Split('\n');
        await Assert.That(lines[0]).IsEqualTo(lines[1]);
    }

    [Test, NotInParallel]
    public async Task Spawners_side_by_side_leave_the_limit_of_their_process_as_it_was(CancellationToken cancellation)
    {
        var before = CurrentSystem.OpenFilesLimit();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(spawner => Task.Run(async () =>
        {
            using var box = new Sandbox();
            for (var i = 0; i < 20; i++)
                await box.RunAsync(box.Shell("true") with { OpenFilesLimit = 600 + spawner }, cancellation);
        }, cancellation)));
        await Assert.That(CurrentSystem.OpenFilesLimit()).IsEqualTo(before);
    }

    [Test]
    public async Task A_relative_program_is_taken_from_the_working_directory_and_sees_its_name_as_written(
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        WriteProgram(box.PathOf("tool.sh"), "#!/bin/sh\necho $0 $PWD\n");
        var text = await box.RunAsync(box.Program("./tool.sh", "./tool.sh"), cancellation);
        await Assert.That(text).IsEqualTo($"./tool.sh {box.Folder}\n");
    }

    [Test]
    public async Task The_program_is_looked_up_in_the_childs_own_path(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        Directory.CreateDirectory(box.PathOf("bin/ls"));
        Directory.CreateDirectory(box.PathOf("second"));
        WriteProgram(box.PathOf("second/ls"), "#!/bin/sh\necho mine\n");
        var request = box.Program("ls", "ls") with
        {
            Environment = new Dictionary<string, string> { ["PATH"] = box.PathOf("bin") + ":second:/bin" },
        };
        await Assert.That(await box.RunAsync(request, cancellation)).IsEqualTo("mine\n");
    }

    [Test]
    public async Task A_missing_directory_is_named(CancellationToken cancellation)
    {
        await Assert.That(FailureOf(box => box.Shell("true") with { WorkingDirectory = "/no/such/dir" }))
            .IsEqualTo(new SpawnFailure("change directory", Errno.ENOENT,
                "cannot change directory to /no/such/dir: No such file or directory"));
        await Assert.That(FailureOf(box => box.Shell("true") with { WorkingDirectory = "/etc/passwd" }).Sentence)
            .IsEqualTo("cannot change directory to /etc/passwd: Not a directory");
    }

    [Test]
    public async Task A_missing_program_is_named_with_the_path_that_was_searched(CancellationToken cancellation)
    {
        await Assert.That(FailureOf(box => box.Program("no-such-program")).Sentence)
            .IsEqualTo("cannot find the program 'no-such-program' on the PATH");
        await Assert.That(FailureOf(box => box.Program("/no/such")).Sentence)
            .IsEqualTo("cannot find program /no/such: No such file or directory");
        await Assert.That(FailureOf(box => box.Program("/etc")).Sentence)
            .IsEqualTo("cannot execute /etc: Is a directory");
        await Assert.That(FailureOf(box => box.Program("x\0y")).Stage).IsEqualTo("prepare");
    }

    [Test]
    public async Task A_program_that_may_not_be_executed_says_so(CancellationToken cancellation)
    {
        var failure = FailureOf(box =>
        {
            File.WriteAllText(box.PathOf("plain"), "#!/bin/sh\n");
            return box.Program("./plain");
        });
        await Assert.That(failure.Sentence)
            .Matches("^cannot execute /.*/plain: Permission denied \\(chmod \\+x\\?\\)$");
        await Assert.That(failure.Errno).IsEqualTo(Errno.EACCES);
    }

    [Test]
    public async Task A_file_that_is_no_program_says_what_may_be_missing(CancellationToken cancellation)
    {
        var failure = FailureOf(box =>
        {
            WriteProgram(box.PathOf("text"), "echo hello\n");
            return box.Program("./text");
        });
        await Assert.That(failure.Sentence)
            .EndsWith("Exec format error (is the first line '#!/path/to/interpreter' missing?)");
    }

    [Test]
    public async Task A_script_whose_interpreter_is_missing_names_it(CancellationToken cancellation)
    {
        var failure = FailureOf(box =>
        {
            WriteProgram(box.PathOf("script"), "#!/no/such/interpreter -x\r\n");
            return box.Program("./script");
        });
        await Assert.That(failure.Sentence).Contains("'/no/such/interpreter'");
    }

    [Test]
    public async Task An_output_that_is_missing_is_named(CancellationToken cancellation)
    {
        var failure = FailureOf(box => box.Shell("true") with { StdoutPath = "/no/such/fifo" });
        await Assert.That(failure.Sentence)
            .IsEqualTo("cannot open the output /no/such/fifo: No such file or directory");
    }

    static SpawnFailure FailureOf(Func<Sandbox, Tspm.Platform.SpawnRequest> request)
    {
        using var box = new Sandbox();
        return box.System.Spawn(request(box)).Failure!;
    }

    static void WriteProgram(string path, string text)
    {
        // Copied by another process: a child that another test forks at this moment holds what is open for writing
        // here, and such a file cannot be executed (ETXTBSY).
        var content = path + ".text";
        File.WriteAllText(content, text);
        using var copy = System.Diagnostics.Process.Start("/bin/cp", [content, path]);
        copy.WaitForExit();
        _ = SysStat.chmod(path, 0x1C0);
    }
}
