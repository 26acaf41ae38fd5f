#!/usr/bin/env python3
"""host_python.py [--libstdcxx-first] LIBRARY: a Python process loads libweir and keeps its malloc.

With the option, another C++ extension was there first: then a string that grows inside the C++
library is freed by code inside libweir, and the process dies if the two have different allocators.
"""

import ctypes
import sys


def declare(weir):
    pointer = ctypes.c_void_p
    for name, arguments in {
        "weir_store_open": [ctypes.c_char_p, pointer, pointer, pointer],
        "weir_store_close": [pointer, pointer],
        "weir_queue_open": [pointer, ctypes.c_char_p, pointer, pointer, pointer],
        "weir_queue_close": [pointer, pointer],
        "weir_queue_push": [pointer, ctypes.c_char_p, ctypes.c_size_t, pointer, pointer, pointer],
        "weir_queue_pop": [pointer, pointer, pointer, pointer],
    }.items():
        function = getattr(weir, name)
        function.argtypes = arguments
        function.restype = ctypes.c_int32
    weir.weir_message_data.argtypes = [pointer]
    weir.weir_message_data.restype = pointer
    weir.weir_message_size.argtypes = [pointer]
    weir.weir_message_size.restype = ctypes.c_size_t
    weir.weir_message_free.argtypes = [pointer]
    weir.weir_message_free.restype = None


def use_library(weir):
    store, queue = ctypes.c_void_p(), ctypes.c_void_p()
    assert weir.weir_store_open(b"mem:", None, ctypes.byref(store), None) == 0
    assert weir.weir_queue_open(store, b"frames", None, ctypes.byref(queue), None) == 0
    for number in range(1000):
        payload = b"x" * number
        assert weir.weir_queue_push(queue, payload, len(payload), None, None, None) == 0
        message = ctypes.c_void_p()
        assert weir.weir_queue_pop(queue, None, ctypes.byref(message), None) == 0
        got = ctypes.string_at(weir.weir_message_data(message), weir.weir_message_size(message))
        assert got == payload
        weir.weir_message_free(message)
    assert weir.weir_queue_close(queue, None) == 0
    assert weir.weir_store_close(store, None) == 0
    # Each refusal builds and frees strings inside libweir, longer than a small string.
    for number in range(200):
        assert weir.weir_store_open(b"nowhere://" + b"y" * number, None, ctypes.byref(store), None) < 0


def check_allocators(weir):
    mimalloc = ctypes.CDLL("libmimalloc.so.2")
    is_mimalloc = mimalloc.mi_is_in_heap_region
    is_mimalloc.argtypes, is_mimalloc.restype = [ctypes.c_void_p], ctypes.c_bool
    mimalloc.mi_malloc.argtypes = [ctypes.c_size_t]
    mimalloc.mi_malloc.restype = ctypes.c_void_p
    mimalloc.mi_free.argtypes = [ctypes.c_void_p]
    own = mimalloc.mi_malloc(100)
    assert is_mimalloc(own), "the check itself sees nothing"
    mimalloc.mi_free(own)

    # malloc as the process finds it; operator new as libweir does, and as the C++ library does
    # inside std::string::_M_create(size_t&, size_t), which does not look at its string.
    process = ctypes.CDLL(None)
    process.malloc.argtypes, process.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    process.free.argtypes = [ctypes.c_void_p]
    weir._Znwm.argtypes, weir._Znwm.restype = [ctypes.c_size_t], ctypes.c_void_p
    weir._ZdlPv.argtypes = [ctypes.c_void_p]
    create = weir._ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_createERmm
    create.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_size_t]
    create.restype = ctypes.c_void_p
    for size in (1, 100, 10_000, 10_000_000):
        memory = process.malloc(size)
        assert not is_mimalloc(memory), f"malloc({size}) is mimalloc's"
        process.free(memory)
        for name, memory in (("operator new", weir._Znwm(size)),
                             ("std::string", create(None, ctypes.byref(ctypes.c_size_t(size)), 0))):
            assert not is_mimalloc(memory), f"{name}({size}) is mimalloc's"
            weir._ZdlPv(memory)


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--libstdcxx-first":
        ctypes.CDLL("libstdc++.so.6")
        arguments = arguments[1:]
    weir = ctypes.CDLL(arguments[0])
    declare(weir)
    check_allocators(weir)
    use_library(weir)
    check_allocators(weir)
    print("malloc and operator new are the host's")


if __name__ == "__main__":
    main()
