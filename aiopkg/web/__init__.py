"""The web page: what is known of an organization, at addresses that link to one another.

::

    addresses   where each thing is shown
    facts       what is said of an element, and where each fact comes from
    element     one element: facts, gaps, what drags it down, the rules that do not look at it
    directory   all elements, to be searched
    gaps        the findings, filtered, a hundred at a time
    steps       the recommendations
    chains      where gaps start, and what each drags down
    query       the query editor
    shown       one assessment with what all pages share
    site        addresses to pages
    answer      a page in bytes with its headers: the policy of what a browser may do with it

Nothing here speaks HTTP; :mod:`aiopkg.server` does. What stands in an address is looked up, never evaluated.
"""

from aiopkg.web.answer import Answer
from aiopkg.web.site import Site, static_files

__all__ = ["Answer", "Site", "static_files"]
