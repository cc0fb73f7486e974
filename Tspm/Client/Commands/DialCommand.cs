using System.Text.Json;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Libc;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>dial-stdio</c>: standard input and output are the control socket, for an ssh from elsewhere. With <c>--greet</c>
/// the first line is a notification with the environment and the folder of this session, which is what a process that
/// is started from there gets.
/// </summary>
[RegisterCommands]
internal sealed unsafe class DialCommand
{
    /// <summary>A write of so much to a pipe that has room does not wait (man 7 pipe, PIPE_BUF).</summary>
    const int ChunkBytes = 4096;

    [Command("dial-stdio")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var socket = Open(session, line.IsOn("launch"));
        if (line.IsOn("greet")) session.Out.WriteLine(Greeting());
        session.Out.Flush();
        Join(socket.Number);
        return ExitCodes.Done;
    });

    static DaemonSocket Open(ClientSession session, bool start)
    {
        try
        {
            return DaemonSocket.Open(session.Home);
        }
        catch (DaemonException missing) when (start && missing.Code == LocalError.NotRunning)
        {
            session.StartDaemonUnlessRunning();
            return DaemonSocket.Open(session.Home);
        }
    }

    static string Greeting()
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteString("method"u8, Methods.Hello.Name);
            json.WritePropertyName("params"u8);
            JsonSerializer.Serialize(json, ClientContextBuilder.Build(), Wire.Json.ClientContext);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
    }

    /// <summary>Until the daemon closes, or nobody reads any more.</summary>
    static void Join(int socket)
    {
        byte* toDaemon = stackalloc byte[ChunkBytes], fromDaemon = stackalloc byte[ChunkBytes];
        nint up = 0, down = 0;
        var inputEnded = false;
        var fds = stackalloc PollFd[3];
        while (true)
        {
            // Each way on its own: what waits to be written is written before more is read.
            fds[0] = new PollFd { fd = up > 0 || inputEnded ? -1 : Unistd.STDIN_FILENO, events = SysPoll.POLLIN };
            // Not asked at all when there is nothing to do with it: that it has closed would be told again and again.
            fds[1] = new PollFd
            {
                fd = up == 0 && down > 0
                    ? -1
                    : socket,
                events = (short)((down > 0 ? 0 : SysPoll.POLLIN) | (up > 0 ? SysPoll.POLLOUT : 0)),
            };
            // Asked for nothing, it still tells when nobody reads any more.
            fds[2] = new PollFd { fd = Unistd.STDOUT_FILENO, events = (short)(down > 0 ? SysPoll.POLLOUT : 0) };
            if (SysPoll.poll(fds, 3, -1) < 0) continue;
            if (fds[0].revents != 0 && (up = Unistd.read(Unistd.STDIN_FILENO, toDaemon, ChunkBytes)) <= 0)
            {
                inputEnded = true;
                up = 0;
                _ = SysSocket.shutdown(socket, SysSocket.SHUT_WR);
            }
            // It takes no more, but may have said why: that is still read.
            if (up > 0 && (fds[1].revents & (SysPoll.POLLOUT | SysPoll.POLLERR | SysPoll.POLLHUP)) != 0
                && !Move(SysSocket.send(socket, toDaemon, (nuint)up, SysSocket.MSG_NOSIGNAL | SysSocket.MSG_DONTWAIT),
                    toDaemon, ref up)) (up, inputEnded) = (0, true);
            if (down == 0 && (fds[1].revents & (SysPoll.POLLIN | SysPoll.POLLERR | SysPoll.POLLHUP)) != 0
                && (down = Unistd.read(socket, fromDaemon, ChunkBytes)) <= 0) return;
            if ((fds[2].revents & (SysPoll.POLLERR | SysPoll.POLLNVAL)) != 0) return;
            if (down > 0 && (fds[2].revents & SysPoll.POLLOUT) != 0
                && !Move(Unistd.write(Unistd.STDOUT_FILENO, fromDaemon, (nuint)down), fromDaemon, ref down)) return;
        }
    }

    /// <summary>Keeps what was not taken. False: nobody takes it.</summary>
    static bool Move(nint taken, byte* chunk, ref nint held)
    {
        if (taken < 0) return Errno.Last is Errno.EINTR or Errno.EAGAIN;
        new ReadOnlySpan<byte>(chunk + taken, (int)(held - taken)).CopyTo(new Span<byte>(chunk, ChunkBytes));
        held -= taken;
        return true;
    }
}
