using Tspm.Platform;
using Tspm.Platform.Linux.Native;

namespace Tspm.Tests.Platform;

/// <summary>A descriptor store whose contents a test may look at.</summary>
internal sealed class DictionaryStore(Dictionary<DescriptorKey, int> kept) : IDescriptorStore
{
    public void Store(DescriptorKey key, int descriptor) => kept[key] = Fcntl.fcntl(descriptor, Fcntl.F_DUPFD_CLOEXEC);

    public void Remove(DescriptorKey key)
    {
        if (kept.Remove(key, out var descriptor)) _ = Unistd.close(descriptor);
    }
}
