using System.Diagnostics;
using Tspm.Libc;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Tests.Bench;

/// <summary>
/// Times whole commands: posix_spawn to the end of wait, standard output to /dev/null, as a shell's loop would, without
/// what .NET's Process class adds.
/// </summary>
internal sealed unsafe class BenchRunner(IReadOnlyDictionary<string, string> variables, string folder)
{
    /// <summary>Median of the wall times in milliseconds; each command must exit with 0.</summary>
    public double Median(int count, Func<int, (string Program, string[] Arguments)> command)
    {
        var milliseconds = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var (program, arguments) = command(i);
            milliseconds.Add(Time(program, arguments));
        }
        return MedianOf(milliseconds);
    }

    public static double MedianOf(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    double Time(string program, string[] arguments)
    {
        SpawnFileActions actions;
        _ = PosixSpawn.posix_spawn_file_actions_init(&actions);
        _ = PosixSpawn.posix_spawn_file_actions_addopen(&actions, Unistd.STDOUT_FILENO, "/dev/null", Fcntl.O_WRONLY, 0);
        _ = PosixSpawn.posix_spawn_file_actions_addchdir_np(&actions, folder);
        using var path = new StringBlock([program]);
        using var argv = new StringBlock([program, .. arguments]);
        using var environment = StringBlock.OfEnvironment(variables);
        int pid, status;
        var before = Stopwatch.GetTimestamp();
        var errno = PosixSpawn.posix_spawn(&pid, path.Pointers[0], &actions, null, argv.Pointers, environment.Pointers);
        if (errno != 0) throw new InvalidOperationException(Errno.Describe(errno));
        while (SysWait.wait4(pid, &status, 0, null) != pid) { }
        var time = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions);
        if (status != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with status {status}");
        return time;
    }
}
