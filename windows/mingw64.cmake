# CMake toolchain: Windows x64 with Debian's mingw-w64 (posix threads), fully static.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(_t x86_64-w64-mingw32)
set(CMAKE_C_COMPILER   ${_t}-gcc-posix)
set(CMAKE_CXX_COMPILER ${_t}-g++-posix)
set(CMAKE_RC_COMPILER  ${_t}-windres)
set(CMAKE_MC_COMPILER  ${_t}-windmc CACHE STRING "message compiler")

# What build-deps.sh made; asked for its place unless told, so that the preset needs no variable.
if(NOT WIN_PREFIX AND DEFINED ENV{WIN_PREFIX})
  set(WIN_PREFIX "$ENV{WIN_PREFIX}")
endif()
if(NOT WIN_PREFIX)
  execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/build-deps.sh OUTPUT_VARIABLE WIN_PREFIX
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
set(WIN_PREFIX "${WIN_PREFIX}" CACHE PATH "cross-built libraries")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WIN_PREFIX)

set(CMAKE_FIND_ROOT_PATH ${WIN_PREFIX} /usr/${_t})
set(CMAKE_PREFIX_PATH ${WIN_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ZLIB_LIBRARY /usr/${_t}/lib/libz.a CACHE FILEPATH "static zlib")  # FindZLIB would take libz.dll.a
set(OPENSSL_USE_STATIC_LIBS ON)
set(Boost_USE_STATIC_LIBS ON)
set(ENV{PKG_CONFIG_LIBDIR} "${WIN_PREFIX}/lib/pkgconfig")

add_compile_definitions(_WIN32_WINNT=0x0A00 WINVER=0x0A00 NOMINMAX)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -static-libgcc -static-libstdc++")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-static -static-libgcc -static-libstdc++")
if(NOT CMAKE_CROSSCOMPILING_EMULATOR AND EXISTS /usr/lib/wine/wine64)
  set(CMAKE_CROSSCOMPILING_EMULATOR /usr/lib/wine/wine64 CACHE STRING "runs the tests")
endif()
