using System.Text;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>/proc/self/oom_score_adj (man 5 proc_pid_oom_score_adj): who is killed first when memory runs out. Lowering it needs CAP_SYS_RESOURCE; inherited by children.</summary>
internal static unsafe class OomScore
{
    const string File = "/proc/self/oom_score_adj";

    /// <summary>Nearly immune, as other init-like programs set themselves (sshd and systemd-udevd: -1000, dbus: -900).</summary>
    const int Protected = -900;

    /// <summary>What children are to have again; null: nothing was changed.</summary>
    public static int? Former { get; private set; }

    /// <summary>Tries to make this process one of the last to be killed. Without the permission nothing changes.</summary>
    public static void Lower()
    {
        var former = Read();
        if (former is not { } value || value <= Protected || !TryWrite(Protected)) return;
        Former = value;
    }

    public static bool TryWrite(int value)
    {
        var descriptor = Fcntl.open(File, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC);
        if (descriptor < 0) return false;
        var text = Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        nint written;
        fixed (byte* bytes = text) written = Unistd.write(descriptor, bytes, (nuint)text.Length);
        Unistd.close(descriptor);
        return written == text.Length;
    }

    static int? Read()
    {
        var descriptor = Fcntl.open(File, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        if (descriptor < 0) return null;
        var buffer = stackalloc byte[16];
        var count = Unistd.read(descriptor, buffer, 16);
        Unistd.close(descriptor);
        return count > 0 && int.TryParse(new ReadOnlySpan<byte>(buffer, (int)count).Trim((byte)'\n'), out var value) ? value : null;
    }
}
