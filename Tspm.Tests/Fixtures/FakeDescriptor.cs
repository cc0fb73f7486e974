using System.Runtime.CompilerServices;
using Tspm.Platform;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Values that stand for descriptors where nothing is opened: equal when their numbers are, and never open.
/// </summary>
internal static class FakeDescriptor
{
    public static Descriptor Of(int number) => Unsafe.BitCast<long, Descriptor>((uint)number);

    public static int NumberOf(Descriptor fake) => (int)Unsafe.BitCast<Descriptor, long>(fake);
}
