// Written by the header tool of Unreal; here it says nothing.
