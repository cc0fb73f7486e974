using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Tests.Platform;

/// <summary>A descriptor store whose contents a test may look at.</summary>
internal sealed class DictionaryStore(Dictionary<DescriptorKey, Descriptor> kept) : IDescriptorStore
{
    public void Store(DescriptorKey key, int descriptor) => kept[key] = Descriptors.Duplicate(descriptor);

    public void Remove(DescriptorKey key)
    {
        if (kept.Remove(key, out var descriptor)) descriptor.Dispose();
    }
}
