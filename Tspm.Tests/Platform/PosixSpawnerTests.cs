using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Tests.Platform;

/// <summary>The one call of posix_spawn: a child has what the request says, and nothing else.</summary>
[Timeout(60_000)]
public class PosixSpawnerTests
{
    const int AboveFixed = 20, DeadlineMs = 20_000;

    [Test]
    public async Task Descriptors_are_copies_files_or_nothing_at_the_numbers_that_were_asked_for(
        CancellationToken cancellation)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "from the file", cancellation);
        var ran = Run("cat <&4; wc -c; echo lost >&2; echo kept", output => new PosixSpawnRequest
        {
            Path = "/bin/sh",
            Arguments = [],
            Descriptors =
            [
                ChildDescriptor.NullInput(0), ChildDescriptor.Copy(output, 1), ChildDescriptor.NullOutput(2),
                ChildDescriptor.Both(file, 4),
            ],
        });
        await Assert.That(ran.Output).IsEqualTo("from the file0\nkept\n");
        File.Delete(file);
    }

    [Test]
    public async Task Later_descriptors_see_the_earlier_ones(CancellationToken cancellation)
    {
        var ran = Run("echo out; echo err >&2", output => new PosixSpawnRequest
        {
            Path = "/bin/sh",
            Arguments = [],
            Descriptors = [ChildDescriptor.Copy(output, 1), ChildDescriptor.Copy(1, 2)],
        });
        await Assert.That(ran.Output).IsEqualTo("out\nerr\n");
    }

    [Test]
    public async Task The_environment_is_the_given_one_or_our_own(CancellationToken cancellation)
    {
        var given = Run("echo $GIVEN; echo ${HOME-none}",
            output => Plain(output, new Dictionary<string, string> { ["GIVEN"] = "a b" }));
        await Assert.That(given.Output).IsEqualTo("a b\nnone\n");
        var own = Run("echo $PATH", output => Plain(output));
        await Assert.That(own.Output).IsEqualTo($"{Environment.GetEnvironmentVariable("PATH")}\n");
    }

    [Test]
    public async Task The_working_directory_is_the_given_one_or_our_own(CancellationToken cancellation)
    {
        await Assert.That(Run("pwd", output => Plain(output, directory: "/usr")).Output).IsEqualTo("/usr\n");
        await Assert.That(Run("pwd -P", output => Plain(output)).Output).IsEqualTo($"{Environment.CurrentDirectory}\n");
    }

    [Test]
    [Arguments(nameof(ChildLeads.Nothing)), Arguments(nameof(ChildLeads.Group)), Arguments(nameof(ChildLeads.Session))]
    public async Task The_child_leads_what_it_is_to_lead(string named, CancellationToken cancellation)
    {
        var leads = Enum.Parse<ChildLeads>(named);
        var ran = Run("exec cat /proc/self/stat", output => Plain(output, leads: leads));
        var fields = ran.Output[(ran.Output.IndexOf(')') + 2)..].Split(' ');
        var (group, session) = (fields[2], fields[3]);
        await Assert.That(group == $"{ran.Pid}").IsEqualTo(leads != ChildLeads.Nothing);
        await Assert.That(session == $"{ran.Pid}").IsEqualTo(leads == ChildLeads.Session);
    }

    /// <summary>The runtime ignores SIGPIPE, and this thread blocks SIGUSR1.</summary>
    [Test]
    [Arguments(true), Arguments(false)]
    public async Task Signals_are_reset_or_stay_as_they_are(bool resets, CancellationToken cancellation)
    {
        var ran = BlockingUsr1(() => Run("exec grep -E 'SigBlk|SigIgn' /proc/self/status",
            output => Plain(output, resets: resets)));
        await Assert.That(IsIn(ran.Output, "SigIgn", Signals.SIGPIPE)).IsEqualTo(!resets);
        await Assert.That(IsIn(ran.Output, "SigBlk", Signals.SIGUSR1)).IsEqualTo(!resets);
    }

    [Test]
    public async Task What_cannot_be_started_says_why_and_leaves_no_child(CancellationToken cancellation)
    {
        var missing = PosixSpawner.Start(new PosixSpawnRequest { Path = "/no/such/program", Arguments = ["x"] });
        await Assert.That(missing).IsEqualTo(new SpawnResult(0, Errno.ENOENT));
        await Assert.That((missing.IsStarted, missing.Reason)).IsEqualTo((false, "No such file or directory"));
        var noDescriptor = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = "/bin/true",
            Arguments = ["true"],
            Descriptors = [ChildDescriptor.Copy(-1, 3), ChildDescriptor.NullInput(0)],
        });
        await Assert.That(noDescriptor).IsEqualTo(new SpawnResult(0, Errno.EBADF));
        var noFolder = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = "/bin/true",
            Arguments = ["true"],
            WorkingDirectory = "/no/such/folder",
        });
        await Assert.That(noFolder).IsEqualTo(new SpawnResult(0, Errno.ENOENT));
    }

    [Test]
    public async Task A_shortage_is_named_and_its_stage_is_the_making_of_the_process(CancellationToken cancellation)
    {
        const string words = "Resource temporarily unavailable (too many processes, or too little memory)";
        await Assert.That(new SpawnResult(0, Errno.EAGAIN).Reason).IsEqualTo(words);
        await Assert.That(SpawnErrors.Explain("/bin/true", "/", Errno.EAGAIN)).IsEqualTo(
            new SpawnFailure(LinuxSpawner.CreateStage, Errno.EAGAIN, $"cannot create a process: {words}"));
        await Assert.That(SpawnErrors.Explain("/bin/true", "/no/such/folder", Errno.EAGAIN).Stage)
            .IsEqualTo(SpawnFailure.DirectoryStage);
        await Assert.That(SpawnErrors.Explain("/bin/true", "/", Errno.E2BIG).Stage)
            .IsEqualTo(SpawnFailure.ExecuteStage);
    }

    [Test]
    public async Task The_end_of_a_child_is_waited_for_and_can_be_forced(CancellationToken cancellation)
    {
        await Assert.That(ChildEnd.Wait(Begin("exit 3"))).IsEqualTo(new ExitStatus(3));
        var pid = Begin("sleep 1000 & sleep 1000");
        ChildEnd.Force(pid);
        await Assert.That(ChildEnd.Wait(pid)).IsEqualTo(new ExitStatus(null, Signals.SIGKILL));
        ChildEnd.ForceGroup(pid); // what it left
        var leader = Begin("sleep 1000");
        ChildEnd.ForceGroup(leader);
        await Assert.That(ChildEnd.Wait(leader)).IsEqualTo(new ExitStatus(null, Signals.SIGKILL));

        static int Begin(string script) => PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = "/bin/sh",
            Arguments = ["sh", "-c", script],
            Leads = ChildLeads.Group,
        }).Pid;
    }

    [Test]
    public async Task What_this_process_was_started_with_is_hidden_from_its_children(CancellationToken cancellation)
    {
        var inherited = Fcntl.open("/dev/null", Fcntl.O_RDONLY);
        var high = Fcntl.fcntl(inherited, Fcntl.F_DUPFD_CLOEXEC, 500);
        _ = Fcntl.fcntl(high, Fcntl.F_SETFD);
        InheritedDescriptors.Hide(high + 1, high + 10);
        await Assert.That(Fcntl.fcntl(high, Fcntl.F_GETFD)).IsEqualTo(0);
        InheritedDescriptors.Hide(high, high);
        await Assert.That(Fcntl.fcntl(high, Fcntl.F_GETFD)).IsEqualTo(Fcntl.FD_CLOEXEC);
        _ = Unistd.close(high);
        _ = Unistd.close(inherited);
    }

    [Test]
    public async Task A_pipe_is_read_to_its_end_or_to_the_deadline_or_to_the_limit(CancellationToken cancellation)
    {
        _ = Descriptors.Pipe(out var read, out var write);
        using var readEnd = read;
        // What follows the line in the same write is given up: the guardian says one line.
        Write(write.Number, "first\nsecond\n");
        await Assert.That(PipeReading.ReadLine(read.Number)).IsEqualTo("first");
        Write(write.Number, "third");
        var into = new List<byte>();
        await Assert.That(PipeReading.ReadToEnd(read.Number, into, Environment.TickCount64 + 50))
            .IsEqualTo(PipeReadingEnd.TooLate);
        await Assert.That(Encoding.UTF8.GetString([.. into])).IsEqualTo("third");
        Write(write.Number, "four");
        await Assert.That(PipeReading.ReadToEnd(read.Number, [], Soon, mostBytes: 3)).IsEqualTo(PipeReadingEnd.TooMuch);
        Write(write.Number, "last");
        write.Dispose();
        into.Clear();
        await Assert.That(PipeReading.ReadToEnd(read.Number, into, Soon)).IsEqualTo(PipeReadingEnd.Closed);
        await Assert.That(Encoding.UTF8.GetString([.. into])).IsEqualTo("last");
        await Assert.That(PipeReading.ReadLine(read.Number)).IsEqualTo("");
    }

    static long Soon => Environment.TickCount64 + DeadlineMs;

    static PosixSpawnRequest Plain(int output, Dictionary<string, string>? environment = null, string? directory = null,
        ChildLeads leads = ChildLeads.Nothing, bool resets = false) => new()
        {
            Path = "/bin/sh",
            Arguments = [],
            Environment = environment,
            WorkingDirectory = directory,
            Descriptors = [ChildDescriptor.Copy(output, 1)],
            Leads = leads,
            ResetsSignals = resets,
        };

    /// <summary>Runs a shell as the request says, and returns what it printed.</summary>
    static (int Pid, string Output) Run(string script, Func<int, PosixSpawnRequest> request)
    {
        _ = Descriptors.Pipe(out var madeRead, out var madeWrite);
        using var read = madeRead;
        using var write = Descriptors.Duplicate(madeWrite.Number, AboveFixed);
        madeWrite.Dispose();
        var wanted = request(write.Number);
        var result = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = wanted.Path,
            Arguments = ["sh", "-c", script],
            Environment = wanted.Environment,
            WorkingDirectory = wanted.WorkingDirectory,
            Descriptors = wanted.Descriptors,
            Leads = wanted.Leads,
            ResetsSignals = wanted.ResetsSignals,
        });
        write.Dispose();
        if (!result.IsStarted) throw new InvalidOperationException(result.Reason);
        var output = new List<byte>();
        _ = PipeReading.ReadToEnd(read.Number, output, Soon);
        _ = ChildEnd.Wait(result.Pid);
        return (result.Pid, Encoding.UTF8.GetString([.. output]));
    }

    static unsafe T BlockingUsr1<T>(Func<T> action)
    {
        SignalSet former;
        var blocked = SignalSet.Of(Signals.SIGUSR1);
        _ = SysSignal.pthread_sigmask(SysSignal.SIG_BLOCK, &blocked, &former);
        try
        {
            return action();
        }
        finally
        {
            _ = SysSignal.pthread_sigmask(SysSignal.SIG_SETMASK, &former, null);
        }
    }

    static bool IsIn(string status, string name, int signal)
    {
        var line = status.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return (Convert.ToUInt64(line.Split('\t')[1], 16) & (1UL << (signal - 1))) != 0;
    }

    static unsafe void Write(int pipe, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes) _ = Unistd.write(pipe, start, (nuint)bytes.Length);
    }
}
