using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>
/// Descriptors of a machine that is played by hand: owned as real ones are, with numbers that no kernel gives out
/// (fs.nr_open is 2^20), so that closing one closes nothing.
/// </summary>
internal static class PlayedDescriptor
{
    public const int First = 1 << 20;

    static int s_last = First;

    public static Descriptor New() => Descriptor.Own(Interlocked.Increment(ref s_last));
}
