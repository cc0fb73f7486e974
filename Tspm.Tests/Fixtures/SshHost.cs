using System.Diagnostics;
using System.Net.Sockets;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A sshd of the test's own on 127.0.0.1, whose sessions have the home of a box, and a box beside it whose ssh knows
/// it. Needs openssh-server; skipped aloud without.
/// </summary>
internal sealed class SshHost : IAsyncDisposable
{
    readonly Process _sshd;

    readonly string _ssh;

    SshHost(TspmBox box, Process sshd, string address, string ssh) =>
        (Box, _sshd, Address, _ssh) = (box, sshd, address, ssh);

    /// <summary>Where commands are typed.</summary>
    public TspmBox Box { get; }

    /// <summary>For <c>-H</c>.</summary>
    public string Address { get; }

    public static async Task<SshHost> Client(TspmBox there, CancellationToken cancellation)
    {
        // sshd wants to be called by its absolute path, and is not in everybody's PATH.
        var sshd = new[] { "/usr/sbin/sshd", "/usr/local/sbin/sshd" }.FirstOrDefault(File.Exists)
            ?? Tools.Require("sshd");
        var (ssh, keygen) = (Tools.Require("ssh"), Tools.Require("ssh-keygen"));
        // where the system's own start script makes it
        if (Environment.IsPrivilegedProcess) Directory.CreateDirectory("/run/sshd");
        var here = new TspmBox(cancellation);
        var port = FreePort.Take();
        foreach (var key in new[] { "host", "user" })
            (await there.RunProgram(keygen, "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(there.Folder, key)))
                .Exits(0);
        File.Copy(Path.Combine(there.Folder, "user.pub"), Path.Combine(there.Folder, "authorized"));
        var configuration = there.Write("sshd_config", $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {there.Folder}/host
            PidFile none
            AuthorizedKeysFile {there.Folder}/authorized
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            PermitRootLogin yes
            PrintMotd no
            SetEnv TSPM_HOME={there.Home} PATH={Path.GetDirectoryName(PublishedExecutable.Path)}:{there.Variables["PATH"]} WHERE=there
            ForceCommand cd {there.Folder} && eval "$SSH_ORIGINAL_COMMAND"
            """);
        var process = Programs.Start(sshd, ["-D", "-e", "-f", configuration], there.Variables, there.Folder);
        process.StandardInput.Close();
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        await here.Until(() => Listens(port), "sshd listens");
        File.WriteAllText(Path.Combine(here.Folder, "known"),
            $"[127.0.0.1]:{port} {File.ReadAllText(Path.Combine(there.Folder, "host.pub"))}");
        // The user's own ssh is whatever their PATH has: here one with this key and this host.
        var bin = Directory.CreateDirectory(Path.Combine(here.Folder, "bin")).FullName;
        var wrapper = Path.Combine(bin, "ssh");
        File.WriteAllText(wrapper,
            $"#!/bin/sh\nexec {ssh} -F /dev/null -i {there.Folder}/user -o IdentitiesOnly=yes -o "
                + $"UserKnownHostsFile={here.Folder}/known -o BatchMode=yes \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        here.Variables["PATH"] = $"{bin}:{here.Variables["PATH"]}";
        return new SshHost(here, process, $"ssh://{Environment.UserName}@127.0.0.1:{port}", wrapper);
    }

    /// <summary>Ends all connections. Until <see cref="Repair"/>, ssh fails with this message.</summary>
    public void Break(string message)
    {
        File.Move(_ssh, _ssh + ".whole");
        File.WriteAllText(_ssh, $"#!/bin/sh\necho '{message}' >&2\nexit 255\n");
        File.SetUnixFileMode(_ssh, File.GetUnixFileMode(_ssh + ".whole"));
        KillSessions();
    }

    public void Repair() => File.Move(_ssh + ".whole", _ssh, overwrite: true);

    /// <summary>The sshd processes of connections.</summary>
    public IReadOnlyList<int> SessionPids() => Descendants(_sshd.Id);

    public void KillSessions()
    {
        foreach (var pid in SessionPids()) LiveProcess.Kill(pid);
    }

    public async ValueTask DisposeAsync()
    {
        KillSessions();
        _sshd.Kill();
        await _sshd.WaitForExitAsync();
        _sshd.Dispose();
        await Box.DisposeAsync();
    }

    static List<int> Descendants(int pid)
    {
        var found = new List<int>();
        foreach (var child in File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ',
            StringSplitOptions.RemoveEmptyEntries).Select(int.Parse))
        {
            // Those of sshd itself; what runs in the session is not the connection.
            if (!LiveProcess.CommandOf(child).StartsWith("sshd", StringComparison.Ordinal)) continue;
            found.Add(child);
            found.AddRange(Descendants(child));
        }
        return found;
    }

    static bool Listens(int port)
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
