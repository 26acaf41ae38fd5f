using System;
using Microsoft.Win32.SafeHandles;
using Weir.Raw;

namespace Weir
{
    // SafeHandles count the calls that are inside: disposing refuses new ones, and the release happens
    // when the last has left, so that C never sees a released handle. They also close what was forgotten.
    // What the release says is lost: durability is promised by Sync and by each call, not by closing.

    internal sealed class StoreHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal StoreHandle(long address) : base(true)
        {
            SetHandle(new IntPtr(address));
        }

        protected override bool ReleaseHandle()
        {
            return WeirNative.weircs_store_close(handle) >= 0;
        }
    }

    internal sealed class QueueHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal QueueHandle(long address) : base(true)
        {
            SetHandle(new IntPtr(address));
        }

        protected override bool ReleaseHandle()
        {
            return WeirNative.weircs_queue_close(handle) >= 0;
        }
    }
}
