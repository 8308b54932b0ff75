# How every target of twinsite is built, in one place.

add_library(twinsite_options INTERFACE)
target_compile_features(twinsite_options INTERFACE cxx_std_20)
target_include_directories(twinsite_options INTERFACE ${PROJECT_SOURCE_DIR}
                                                      ${PROJECT_SOURCE_DIR}/include)
target_compile_options(
  twinsite_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
            -Woverloaded-virtual -Wimplicit-fallthrough -Wformat=2
            -fstack-protector-strong -ffunction-sections -fdata-sections)
# An agent pays for every library it loads, so what it does not call is not linked.
target_link_options(twinsite_options INTERFACE -Wl,--as-needed -Wl,--gc-sections -Wl,-z,relro,-z,now)
# Sanitizers make the compiler see false findings (gcc(1), -fsanitize): the release build is the judge of warnings.
if(TWINSITE_WERROR AND NOT TWINSITE_SANITIZE)
  target_compile_options(twinsite_options INTERFACE -Werror)
endif()
if(TWINSITE_SANITIZE)
  target_compile_options(twinsite_options INTERFACE -fsanitize=address,undefined
                                                    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(twinsite_options INTERFACE -fsanitize=address,undefined)
endif()

# twinsite_library(NAME SOURCES ... [LINK public libraries] [PRIVATE C libraries, hidden from users])
function(twinsite_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(twinsite_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(
    twinsite_${name}
    PUBLIC twinsite_options tl::expected ${ARG_LINK}
    PRIVATE fmt::fmt ${ARG_PRIVATE})
endfunction()

# A program carries the C++ runtime: half of what a monitor costs would be to link it at start. As an object, fmt comes
# before the shared library, which is then not needed.
add_library(twinsite_fmt OBJECT lib/fmt/format.cpp)
target_link_libraries(twinsite_fmt PRIVATE twinsite_options)
target_include_directories(twinsite_fmt SYSTEM PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
function(twinsite_carry_runtime target)
  if(NOT TWINSITE_SANITIZE)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:twinsite_fmt>)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# twinsite_program(TARGET OUTPUT name DESTINATION dir SOURCES ... LINK ...)
function(twinsite_program target)
  cmake_parse_arguments(ARG "" "OUTPUT;DESTINATION" "SOURCES;LINK" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE twinsite_options fmt::fmt ${ARG_LINK})
  twinsite_carry_runtime(${target})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT}
                                             RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  if(ARG_DESTINATION)
    install(TARGETS ${target} RUNTIME DESTINATION ${ARG_DESTINATION})
  endif()
endfunction()

# twinsite_test(NAME LABEL unit|contract|recorded|host|cluster [BESIDE_OTHERS] SOURCES ... LINK ...)
# One executable per concept; every TEST in it is one ctest test.
function(twinsite_test name)
  cmake_parse_arguments(ARG "BESIDE_OTHERS" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  # Services and nodes are slow beside each other: one such test at a time (ctest -j).
  if(ARG_LABEL STREQUAL host AND NOT ARG_BESIDE_OTHERS)
    set(lock RESOURCE_LOCK host)
  endif()
  set(target test_${ARG_LABEL}_${name})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE twinsite_options twinsite_test_support fmt::fmt ${ARG_LINK}
                                          GTest::gmock GTest::gtest GTest::gtest_main)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(
    ${target}
    TEST_PREFIX ${ARG_LABEL}.
    DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} ${lock})
endfunction()
