using System.Runtime.InteropServices;

namespace Tspm.Client.Output;

/// <summary>
/// Standard output and standard error, written with write(2) itself: <see cref="FileStream"/> would keep an offset of its own (two commands
/// that append to one file would overwrite each other), and the console's stream hides that the reader is gone.
/// </summary>
internal static partial class StandardStreams
{
    const int EINTR = 4, EAGAIN = 11, EPIPE = 32;

    public static OutputWriter Output() => Open(1, !Console.IsOutputRedirected);

    public static OutputWriter Error() => Open(2, !Console.IsErrorRedirected);

    static OutputWriter Open(int descriptor, bool isTerminal) =>
        new(bytes => WriteAll(descriptor, bytes), isTerminal) { HasColour = isTerminal && WantsColour() };

    static bool WantsColour() =>
        Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    static unsafe bool WriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint written;
            fixed (byte* start = bytes) written = write(descriptor, start, (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }
            var errno = Marshal.GetLastPInvokeError();
            if (errno == EPIPE) return false;
            if (errno == EAGAIN) WaitUntilWritable(descriptor);
            else if (errno != EINTR) throw new IOException($"cannot write the output: {Marshal.GetPInvokeErrorMessage(errno)}");
        }
        return true;
    }

    /// <summary>Somebody else made the descriptor non-blocking (a shell's other child, ssh): wait as a blocking one would.</summary>
    static unsafe void WaitUntilWritable(int descriptor)
    {
        var request = new PollRequest { Descriptor = descriptor, Events = POLLOUT };
        _ = poll(&request, 1, -1);
    }

    const short POLLOUT = 4;

    /// <summary>struct pollfd, man 2 poll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct PollRequest
    {
        public int Descriptor;
        public short Events, Returned;
    }

    /// <summary>man 2 write</summary>
    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(int fd, byte* buf, nuint count);

    /// <summary>man 2 poll</summary>
    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollRequest* fds, nuint count, int timeout);
}
